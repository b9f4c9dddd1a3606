// Writes the image's bill of materials to standard output: CycloneDX 1.6, JSON, the same bytes for the same image.
//
//	ENGINE_SOURCE=... ENGINE_LICENCE=... ENGINE_PURL=... sbom.go DEBIAN BUILT CONTROLLER PATCHES PREFLIGHT
//
// DEBIAN has usr/share/kube-qat/packages and the packages' copyright files, BUILT the versions of what was built from source, CONTROLLER the
// controller with the licence of each of its modules, PATCHES a folder of patches for each of haproxy, the engine and controller.
// The environment has what ../engine.conf says.
//
// A part whose licence is not known is an error: it may not be shipped.
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

type bom struct {
	Format      string      `json:"bomFormat"`
	SpecVersion string      `json:"specVersion"`
	Version     int         `json:"version"`
	Metadata    metadata    `json:"metadata"`
	Components  []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type       string      `json:"type"`
	Ref        string      `json:"bom-ref"`
	Name       string      `json:"name"`
	Version    string      `json:"version,omitempty"`
	Hashes     []hash      `json:"hashes,omitempty"`
	Licenses   []choice    `json:"licenses,omitempty"`
	Purl       string      `json:"purl,omitempty"`
	Pedigree   *pedigree   `json:"pedigree,omitempty"`
	Components []component `json:"components,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type choice struct {
	License    *license `json:"license,omitempty"`
	Expression string   `json:"expression,omitempty"`
}

type license struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

type pedigree struct {
	Notes   string  `json:"notes"`
	Patches []patch `json:"patches"`
}

type patch struct {
	Type string `json:"type"`
	Diff diff   `json:"diff"`
}

type diff struct {
	URL string `json:"url"`
}

// Debian's short names (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/#license-short-name) as SPDX has them. The others
// stay as they are, as names.
var spdx = map[string]string{
	"Apache-2.0": "Apache-2.0", "BSD-2-clause": "BSD-2-Clause", "BSD-3-clause": "BSD-3-Clause", "BSD-3-Clause": "BSD-3-Clause", "BSL-1.0": "BSL-1.0",
	"Expat": "MIT", "MIT": "MIT", "MIT/X": "MIT", "FSFAP": "FSFAP", "FSFULLR": "FSFULLR", "GPL-2": "GPL-2.0-only", "GPL-2.0-only": "GPL-2.0-only",
	"GPL-1+": "GPL-1.0-or-later", "GPL-2+": "GPL-2.0-or-later", "GPL-3+": "GPL-3.0-or-later", "LGPL-2+": "LGPL-2.0-or-later",
	"LGPL-2.1+": "LGPL-2.1-or-later", "LGPL-3+": "LGPL-3.0-or-later", "ISC": "ISC", "MPL-2.0": "MPL-2.0", "X11": "X11", "Zlib": "Zlib", "zlib": "Zlib",
	"Unicode-DFS-2016": "Unicode-DFS-2016", "BSD-4-clause-UC": "BSD-4-Clause-UC",
}

// Packages whose copyright file is prose: what it says of the files that the image has.
var prose = map[string]string{
	"libgcc-s1": "GPL-3.0-or-later WITH GCC-exception-3.1",
	"libcrypt1": "LGPL-2.1-or-later AND BSD-3-Clause AND BSD-2-Clause",
}

// What is built from source, by its name in BUILT: the licence and the folder of its patches.
var sources = map[string]struct{ license, purl, patches string }{
	"haproxy":                  {"GPL-2.0-or-later AND LGPL-2.1-or-later", "pkg:deb/debian/haproxy@%s?arch=source&distro=trixie", "haproxy"},
	os.Getenv("ENGINE_SOURCE"): {os.Getenv("ENGINE_LICENCE"), os.Getenv("ENGINE_PURL"), os.Getenv("ENGINE_SOURCE")},
	"haproxy-ingress":          {"Apache-2.0", "pkg:golang/github.com/jcmoraisjr/haproxy-ingress@%s", "controller"},
}

func main() {
	if len(os.Args) != 6 {
		fail(errors.New("sbom.go DEBIAN BUILT CONTROLLER PATCHES PREFLIGHT"))
	}
	debian, built, controller, patches, preflight := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	var all []component
	for _, read := range []func() ([]component, error){
		func() ([]component, error) { return fromDebian(debian) },
		func() ([]component, error) { return fromSources(built, patches) },
		func() ([]component, error) { return fromModules(controller) },
	} {
		components, err := read()
		fail(err)
		all = append(all, components...)
	}
	// Ours, and without a release of its own: the program itself is its version.
	program, err := os.ReadFile(preflight)
	fail(err)
	sum := fmt.Sprintf("%x", sha256.Sum256(program))
	all = append(all, component{Type: "application", Ref: "qat-preflight", Name: "qat-preflight", Version: sum[:12], Hashes: []hash{{"SHA-256", sum}},
		Licenses: expression("Apache-2.0")})
	slices.SortFunc(all, func(a, b component) int { return strings.Compare(a.Ref, b.Ref) })
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", " ")
	out.SetEscapeHTML(false)
	fail(out.Encode(bom{"CycloneDX", "1.6", 1, metadata{component{Type: "container", Ref: "ingress-image", Name: "ingress-image"}}, all}))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func lines(file string) ([][]string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var found [][]string
	for line := range strings.Lines(string(content)) {
		found = append(found, strings.Fields(line))
	}
	return found, nil
}

func expression(text string) []choice { return []choice{{Expression: text}} }

var shortName = regexp.MustCompile(`(?m)^License:[ \t]*(\S.*?)[ \t]*$`)

func fromDebian(root string) ([]component, error) {
	packages, err := lines(filepath.Join(root, "usr/share/kube-qat/packages"))
	var all []component
	for _, fields := range packages {
		name, _, _ := strings.Cut(fields[0], ":")
		licenses := expression(prose[name])
		if prose[name] == "" {
			content, err := os.ReadFile(filepath.Join(root, "usr/share/doc", name, "copyright"))
			if err != nil {
				return nil, err
			}
			var names []string
			for _, match := range shortName.FindAllStringSubmatch(string(content), -1) {
				names = append(names, match[1])
			}
			licenses = choices(names)
		}
		if len(licenses) == 0 {
			return nil, fmt.Errorf("the copyright file of the Debian package %s names no licence that can be read: put what it says into the table \"prose\"", name)
		}
		purl := fmt.Sprintf("pkg:deb/debian/%s@%s?arch=amd64&distro=trixie&upstream=%s@%s", name, escape(fields[1]), fields[2], escape(fields[3]))
		all = append(all, component{Type: "library", Ref: purl, Name: name, Version: fields[1], Licenses: licenses, Purl: purl})
	}
	return all, err
}

func escape(version string) string {
	return strings.NewReplacer("+", "%2B", ":", "%3A").Replace(version)
}

func choices(names []string) []choice {
	var all []choice
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if id := spdx[name]; id == "" {
			all = append(all, choice{License: &license{Name: name}})
		} else if !slices.ContainsFunc(all, func(c choice) bool { return c.License.ID == id }) {
			all = append(all, choice{License: &license{ID: id}})
		}
	}
	return all
}

func fromSources(built, patches string) ([]component, error) {
	versions, err := lines(built)
	var all []component
	for _, fields := range versions {
		source, known := sources[fields[0]]
		if !known {
			return nil, fmt.Errorf("%s names %s, which the table \"sources\" does not", built, fields[0])
		}
		purl := fmt.Sprintf(source.purl, escape(fields[1]))
		made := component{Type: "application", Ref: purl, Name: fields[0], Version: fields[1], Licenses: expression(source.license), Purl: purl,
			Pedigree: &pedigree{Notes: "built from source with the patches listed here"}}
		files, err := filepath.Glob(filepath.Join(patches, source.patches, "*.patch"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			sum := fmt.Sprintf("%x", sha256.Sum256(content))
			name := "patches/" + source.patches + "/" + filepath.Base(file)
			made.Pedigree.Patches = append(made.Pedigree.Patches, patch{"unofficial", diff{name}})
			made.Components = append(made.Components, component{Type: "file", Ref: name, Name: name, Version: sum[:12],
				Hashes: []hash{{"SHA-256", sum}}, Licenses: expression(source.license)})
		}
		all = append(all, made)
	}
	return all, err
}

func fromModules(controller string) ([]component, error) {
	info, err := buildinfo.ReadFile(filepath.Join(controller, "haproxy-ingress-controller"))
	if err != nil {
		return nil, err
	}
	std := "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go")
	all := []component{{Type: "library", Ref: std, Name: "std", Version: info.GoVersion, Licenses: expression("BSD-3-Clause"), Purl: std}}
	for _, module := range info.Deps {
		if module.Replace != nil {
			return nil, fmt.Errorf("the module %s is replaced by %s, of which the bill says nothing", module.Path, module.Replace.Path)
		}
		text, err := os.ReadFile(filepath.Join(controller, "licences", module.Path+"@"+module.Version))
		if err != nil {
			return nil, err
		}
		ids := recognize(string(text))
		if len(ids) == 0 {
			return nil, fmt.Errorf("the licence of the module %s %s is not one of those known here", module.Path, module.Version)
		}
		purl := "pkg:golang/" + module.Path + "@" + escape(module.Version)
		all = append(all, component{Type: "library", Ref: purl, Name: module.Path, Version: module.Version, Licenses: expression(strings.Join(ids, " AND ")), Purl: purl})
	}
	return all, nil
}

// recognize names the licences whose words a text has; one text may have several.
func recognize(text string) []string {
	text = strings.Join(strings.Fields(text), " ")
	var ids []string
	for _, sign := range []struct{ words, id string }{
		{"Apache License Version 2.0", "Apache-2.0"},
		{"Mozilla Public License, version 2.0", "MPL-2.0"},
		{"Mozilla Public License Version 2.0", "MPL-2.0"},
		{"Permission is hereby granted, free of charge", "MIT"},
		{"Permission to use, copy, modify, and distribute this software for any purpose", "ISC"},
		{"Permission to use, copy, modify, and/or distribute this software for any purpose", "ISC"},
	} {
		if strings.Contains(text, sign.words) && !slices.Contains(ids, sign.id) {
			ids = append(ids, sign.id)
		}
	}
	if strings.Contains(text, "Redistribution and use in source and binary forms") {
		if regexp.MustCompile(`(?i)neither the names? |the names of its contributors may not be used`).MatchString(text) {
			ids = append(ids, "BSD-3-Clause")
		} else {
			ids = append(ids, "BSD-2-Clause")
		}
	}
	if strings.Contains(text, "licensed under the Apache License, Version 2.0") && !slices.Contains(ids, "Apache-2.0") {
		ids = append(ids, "Apache-2.0")
	}
	slices.Sort(ids)
	return ids
}
