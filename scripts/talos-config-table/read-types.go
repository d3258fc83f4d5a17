// Prints the config documents that a Talos release knows: kinds, and the keys of every type, by reflection. See README.md.
package main

import (
	"encoding"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"

	_ "github.com/siderolabs/talos/pkg/machinery/config/configloader"
	"github.com/siderolabs/talos/pkg/machinery/config/internal/registry"
)

type field struct {
	Name string `json:"name"`
	Type string `json:"type"`
}
type output struct {
	Kinds map[string]string  `json:"kinds"`
	Named map[string]bool    `json:"named"`
	Defs  map[string][]field `json:"defs"`
}

type yamlU interface{ UnmarshalYAML(func(any) error) error }
type merger interface{ Merge(any) error }

var out = output{map[string]string{}, map[string]bool{}, map[string][]field{}}

func custom(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	if _, ok := p.MethodByName("UnmarshalYAML"); ok {
		return true
	}
	return p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func name(t reflect.Type) string {
	parts := strings.Split(t.PkgPath(), "/")
	return parts[len(parts)-1] + "." + t.Name()
}

func describe(t reflect.Type, replace, ptr bool) string {
	up := func(s string) string {
		if ptr {
			return strings.ToUpper(s)
		}
		return s
	}
	_, merges := reflect.PointerTo(t).MethodByName("Merge")
	if t.Kind() != reflect.Pointer && custom(t) {
		return "*"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return describe(t.Elem(), replace, true)
	case reflect.String:
		return up("s")
	case reflect.Bool:
		return up("b")
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "*"
		}
		r := "[" + describe(t.Elem(), false, false) + "]"
		if replace {
			r += "!"
		}
		if merges {
			r += "#" + t.Name()
		}
		return r
	case reflect.Map:
		return "{" + describe(t.Elem(), false, false) + "}"
	case reflect.Interface:
		return "*"
	case reflect.Struct:
		n := name(t)
		if _, ok := out.Defs[n]; !ok {
			out.Defs[n] = nil
			out.Defs[n] = fields(t)
		}
		if replace {
			n += "!"
		}
		return n
	default:
		return up("i")
	}
}

func fields(t reflect.Type) []field {
	var fs []field
	for i := range t.NumField() {
		f := t.Field(i)
		tag, ok := f.Tag.Lookup("yaml")
		if !ok || tag == "-" {
			if f.IsExported() && !ok && !f.Anonymous {
				fs = append(fs, field{strings.ToLower(f.Name), describe(f.Type, false, false)})
			}
			continue
		}
		parts := strings.Split(tag, ",")
		inline := false
		for _, p := range parts[1:] {
			if p == "inline" {
				inline = true
			}
		}
		if inline {
			ft := f.Type
			for ft.Kind() == reflect.Pointer {
				ft = ft.Elem()
			}
			if ft.Kind() != reflect.Struct {
				fs = append(fs, field{"...", "*"})
				continue
			}
			fs = append(fs, fields(ft)...)
			continue
		}
		n := parts[0]
		if n == "" {
			n = strings.ToLower(f.Name)
		}
		if n == "-" {
			continue
		}
		fs = append(fs, field{n, describe(f.Type, strings.Contains(f.Tag.Get("merge"), "replace"), false)})
	}
	return fs
}

func main() {
	ks := registry.Kinds()
	sort.Strings(ks)
	for _, k := range ks {
		d, err := registry.New(k, "v1alpha1")
		if err != nil {
			d, err = registry.New(k, "")
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, k, err)
			continue
		}
		t := reflect.TypeOf(d)
		out.Kinds[k] = describe(t, false, false)
		if _, ok := t.MethodByName("Name"); ok {
			out.Named[k] = true
		}
	}
	json.NewEncoder(os.Stdout).Encode(out)
}
