// Asks a Talos API everything that `talosctl version, services, get, events, logs, dmesg` ask, through Talos' own client library,
// and writes what it understood as JSON. Usage: client TALOSCONFIG NODE.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"time"

	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/resource/meta"
	"github.com/cosi-project/runtime/pkg/safe"
	"github.com/cosi-project/runtime/pkg/state"
	"github.com/siderolabs/talos/pkg/machinery/api/common"
	"github.com/siderolabs/talos/pkg/machinery/api/machine"
	"github.com/siderolabs/talos/pkg/machinery/client"
	"github.com/siderolabs/talos/pkg/machinery/constants"
	"github.com/siderolabs/talos/pkg/machinery/resources/cluster"
	"github.com/siderolabs/talos/pkg/machinery/resources/k8s"
	"github.com/siderolabs/talos/pkg/machinery/resources/network"
	"github.com/siderolabs/talos/pkg/machinery/resources/runtime"
)


func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(talosconfig, node string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	c, err := client.New(ctx, client.WithConfigFromFile(talosconfig))
	if err != nil {
		return err
	}
	defer c.Close()
	ctx = client.WithNode(ctx, node)
	out := map[string]any{}

	version, err := c.Version(ctx)
	if err != nil {
		return fmt.Errorf("version: %w", err)
	}
	out["version"] = version.Messages[0].Version.Tag

	services, err := c.ServiceList(ctx)
	if err != nil {
		return fmt.Errorf("services: %w", err)
	}
	states := map[string]string{}
	for _, service := range services.Messages[0].Services {
		states[service.Id] = service.State
	}
	out["services"] = states

	definitions, err := safe.StateListAll[*meta.ResourceDefinition](ctx, c.COSI)
	if err != nil {
		return fmt.Errorf("definitions: %w", err)
	}
	aliases := 0
	for definition := range definitions.All() {
		aliases += len(definition.TypedSpec().AllAliases)
	}
	out["definitions"] = definitions.Len()
	out["aliases"] = aliases

	extensions, err := safe.StateListAll[*runtime.ExtensionStatus](ctx, c.COSI)
	if err != nil {
		return fmt.Errorf("extensions: %w", err)
	}
	names := []string{}
	for extension := range extensions.All() {
		names = append(names, extension.TypedSpec().Metadata.Name+" "+extension.TypedSpec().Metadata.Version)
	}
	sort.Strings(names)
	out["extensions"] = names

	status, err := safe.StateGetByID[*runtime.MachineStatus](ctx, c.COSI, runtime.MachineStatusID)
	if err != nil {
		return fmt.Errorf("machinestatus: %w", err)
	}
	out["stage"] = status.TypedSpec().Stage.String()
	out["ready"] = status.TypedSpec().Status.Ready

	if err := typed(ctx, c, out); err != nil {
		return err
	}
	if err := watch(ctx, c, out); err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	if err := events(ctx, c, out); err != nil {
		return fmt.Errorf("events: %w", err)
	}
	logs, err := c.Logs(ctx, constants.SystemContainerdNamespace, common.ContainerDriver_CONTAINERD, "machined", false, 5)
	if err != nil {
		return fmt.Errorf("logs: %w", err)
	}
	if out["logBytes"], err = size(logs); err != nil {
		return fmt.Errorf("logs: %w", err)
	}
	dmesg, err := c.Dmesg(ctx, false, false)
	if err != nil {
		return fmt.Errorf("dmesg: %w", err)
	}
	if out["dmesgBytes"], err = size(dmesg); err != nil {
		return fmt.Errorf("dmesg: %w", err)
	}
	_, err = c.COSI.Get(ctx, resource.NewMetadata("runtime", "MachineStatuses.runtime.talos.dev", "nothing", resource.VersionUndefined))
	out["absentIsNotFound"] = state.IsNotFoundError(err)
	rebootErr := c.Reboot(ctx)
	out["rebootRefused"] = rebootErr != nil
	return json.NewEncoder(os.Stdout).Encode(out)
}

// Resources that clients decode from their binary form.
func typed(ctx context.Context, c *client.Client, out map[string]any) error {
	modules, err := safe.StateListAll[*runtime.KernelModuleSpec](ctx, c.COSI)
	if err != nil {
		return fmt.Errorf("modules: %w", err)
	}
	listed := []string{}
	for module := range modules.All() {
		listed = append(listed, module.TypedSpec().Name)
	}
	out["modules"] = listed
	net, err := safe.StateGetByID[*network.Status](ctx, c.COSI, network.StatusID)
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	out["addressReady"] = net.TypedSpec().AddressReady
	members, err := safe.StateListAll[*cluster.Member](ctx, c.COSI)
	if err != nil {
		return fmt.Errorf("members: %w", err)
	}
	found := []string{}
	for member := range members.All() {
		found = append(found, member.TypedSpec().Hostname+" "+member.TypedSpec().Addresses[0].String())
	}
	out["members"] = found
	addresses, err := safe.StateListAll[*network.AddressStatus](ctx, c.COSI)
	if err != nil {
		return fmt.Errorf("addresses: %w", err)
	}
	held := []string{}
	for address := range addresses.All() {
		held = append(held, address.TypedSpec().LinkName+" "+address.TypedSpec().Address.String())
	}
	out["addresses"] = held
	nodes, err := safe.StateListAll[*k8s.NodeStatus](ctx, c.COSI)
	if err != nil {
		return fmt.Errorf("nodestatus: %w", err)
	}
	for node := range nodes.All() {
		out["nodeReady"] = node.TypedSpec().NodeReady
		out["labels"] = node.TypedSpec().Labels
	}
	return nil
}

func watch(ctx context.Context, c *client.Client, out map[string]any) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	ch := make(chan state.Event)
	md := runtime.NewMachineStatus().Metadata()
	if err := c.COSI.WatchKind(ctx, md, ch, state.WithBootstrapContents(true)); err != nil {
		return err
	}
	kinds := []string{}
	for len(kinds) < 2 {
		select {
		case event := <-ch:
			if event.Error != nil {
				return event.Error
			}
			kinds = append(kinds, event.Type.String())
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	out["watch"] = kinds
	return nil
}

func events(ctx context.Context, c *client.Client, out map[string]any) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	ch := make(chan client.EventResult)
	if err := c.EventsWatchV2(ctx, ch, client.WithTailEvents(-1)); err != nil {
		return err
	}
	seen := map[string]bool{}
	for !(seen["service"] && seen["sequence"] && seen["machine"]) {
		select {
		case result := <-ch:
			if result.Error != nil {
				return result.Error
			}
			switch result.Event.Payload.(type) {
			case *machine.ServiceStateEvent:
				seen["service"] = true
			case *machine.SequenceEvent:
				seen["sequence"] = true
			case *machine.MachineStatusEvent:
				seen["machine"] = true
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	out["events"] = len(seen)
	return nil
}

type dataStream interface {
	Recv() (*common.Data, error)
}

func size(stream dataStream) (int, error) {
	total := 0
	for {
		data, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
		total += len(data.Bytes)
	}
}
