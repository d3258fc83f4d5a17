// Reads cases as JSON, applies their patches to their config with Talos' own code, and writes what came out.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
	"github.com/siderolabs/talos/pkg/machinery/config/configpatcher"
)

type metal struct{}

func (metal) String() string        { return "metal" }
func (metal) RequiresInstall() bool { return true }
func (metal) InContainer() bool     { return false }

type testCase struct {
	Name     string   `json:"name"`
	Config   string   `json:"config"`
	Patches  []string `json:"patches"`
	Once     string   `json:"once"`
	Twice    string   `json:"twice"`
	Warnings []string `json:"warnings"`
}

func apply(config string, patches []string) ([]byte, error) {
	var loaded []configpatcher.Patch

	for _, text := range patches {
		patch, err := configpatcher.LoadPatch([]byte(text))
		if err != nil {
			return nil, err
		}

		loaded = append(loaded, patch)
	}

	out, err := configpatcher.Apply(configpatcher.WithBytes([]byte(config)), loaded)
	if err != nil {
		return nil, err
	}

	return out.Bytes()
}

func run() error {
	var cases []*testCase

	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		return err
	}

	for _, one := range cases {
		once, err := apply(one.Config, one.Patches)
		if err != nil {
			return fmt.Errorf("%s: %w", one.Name, err)
		}

		twice, err := apply(string(once), one.Patches)
		if err != nil {
			return fmt.Errorf("%s, again: %w", one.Name, err)
		}

		config, err := configloader.NewFromBytes(twice)
		if err != nil {
			return fmt.Errorf("%s: %w", one.Name, err)
		}

		warnings, err := config.Validate(metal{})
		if err != nil {
			return fmt.Errorf("%s is not valid: %w", one.Name, err)
		}

		one.Once, one.Twice, one.Warnings = string(once), string(twice), append([]string{}, warnings...)
	}

	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")

	return out.Encode(map[string]any{"source": "Answers of Talos' own code: " + version(), "cases": cases})
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == "github.com/siderolabs/talos/pkg/machinery" {
			return dependency.Path + " " + dependency.Version
		}
	}

	return "unknown"
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
