package release

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// hosts are the registries that the registry on loopback stands for.
var hosts = []string{"registry.terraform.io", "registry.opentofu.org"}

// registry serves releases over the protocol of provider registries, under the names of the true
// ones: Terraform reaches it through a proxy that leads nowhere else, and trusts its certificate.
type registry struct {
	releases map[string]*release
	// key is the public key of the publisher, and id is its id.
	key, id string
	// env makes Terraform use the registry.
	env map[string]string
}

// release is what the registry knows of a version.
type release struct {
	folder    string
	protocols []string
	// sums are the checksums of the archives and the manifest, by name.
	sums map[string]string
}

// project begins the names of all files of a release.
const project = "terraform-provider-cohort_"

// ingest takes in a release. Like the Terraform registry, it takes everything from the names and
// files of the release, and refuses checksums of anything but archives and the manifest.
func ingest(folder, version string) (*release, error) {
	r := &release{folder: folder, sums: map[string]string{}}
	manifest := project + version + "_manifest.json"
	sums, err := os.ReadFile(filepath.Join(folder, project+version+"_SHA256SUMS"))
	if err != nil {
		return nil, err
	}
	for scanner := bufio.NewScanner(bytes.NewReader(sums)); scanner.Scan(); {
		sum, name, _ := strings.Cut(scanner.Text(), "  ")
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			return nil, err
		}
		if name != manifest && len(platform(version, name)) != 2 {
			return nil, fmt.Errorf("the checksums name %s, which is neither an archive nor the manifest", name)
		}
		r.sums[name] = sum
	}
	if r.sums[manifest] == "" {
		return nil, fmt.Errorf("the checksums do not name %s", manifest)
	}
	content, err := os.ReadFile(filepath.Join(folder, manifest))
	if err != nil {
		return nil, err
	}
	var parsed struct {
		Version  int
		Metadata struct {
			Protocols []string `json:"protocol_versions"`
		}
	}
	if err := json.Unmarshal(content, &parsed); err != nil {
		return nil, err
	}
	r.protocols = parsed.Metadata.Protocols
	return r, nil
}

// platform returns system and architecture of an archive, or nil.
func platform(version, name string) []string {
	name, archive := strings.CutSuffix(name, ".zip")
	name, ours := strings.CutPrefix(name, project+version+"_")
	if !archive || !ours {
		return nil
	}
	return strings.Split(name, "_")
}

// newRegistry serves releases, by version, of the publisher with a key.
func newRegistry(t *testing.T, releases map[string]*release, key, id string) *registry {
	t.Helper()
	r := &registry{releases: releases, key: key, id: id}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/terraform.json", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]string{"providers.v1": "/v1/providers/"})
	})
	mux.HandleFunc("GET /v1/providers/cohort-xyz/cohort/versions", r.versions)
	mux.HandleFunc("GET /v1/providers/cohort-xyz/cohort/{version}/download/{os}/{arch}", r.download)
	mux.HandleFunc("GET /releases/{version}/{name}", func(w http.ResponseWriter, request *http.Request) {
		release := r.releases[request.PathValue("version")]
		http.ServeFileFS(w, request, os.DirFS(release.folder), request.PathValue("name"))
	})

	certificate, authority := certificate(t)
	server := httptest.NewUnstartedServer(mux)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.StartTLS()
	t.Cleanup(server.Close)
	proxy := httptest.NewServer(tunnel(server.Listener.Addr().String()))
	t.Cleanup(proxy.Close)
	r.env = map[string]string{"HTTPS_PROXY": proxy.URL, "SSL_CERT_FILE": authority}
	return r
}

func (r *registry) versions(w http.ResponseWriter, _ *http.Request) {
	var versions []any
	for version, release := range r.releases {
		var platforms []any
		for name := range release.sums {
			if p := platform(version, name); p != nil {
				platforms = append(platforms, map[string]string{"os": p[0], "arch": p[1]})
			}
		}
		versions = append(versions, map[string]any{
			"version": version, "protocols": release.protocols, "platforms": platforms,
		})
	}
	answer(w, map[string]any{"versions": versions})
}

func (r *registry) download(w http.ResponseWriter, request *http.Request) {
	version, system, arch := request.PathValue("version"), request.PathValue("os"), request.PathValue("arch")
	name := project + version + "_" + system + "_" + arch + ".zip"
	release, found := r.releases[version]
	if !found || release.sums[name] == "" {
		http.NotFound(w, request)
		return
	}
	files := "https://" + request.Host + "/releases/" + version + "/"
	sums := files + project + version + "_SHA256SUMS"
	answer(w, map[string]any{
		"protocols": release.protocols, "os": system, "arch": arch,
		"filename": name, "download_url": files + name, "shasum": release.sums[name],
		"shasums_url": sums, "shasums_signature_url": sums + ".sig",
		"signing_keys": map[string]any{
			"gpg_public_keys": []any{map[string]string{"key_id": r.id, "ascii_armor": r.key}},
		},
	})
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

// certificate makes a certificate for the names of the registries, and a file that makes Terraform
// trust it.
func certificate(t *testing.T) (pair tls.Certificate, file string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: hosts, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	content, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "authority.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: content})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{content}, PrivateKey: key}, file
}

// tunnel is a proxy that connects the registries' names to an address, and refuses all others.
func tunnel(address string) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		host, port, _ := net.SplitHostPort(request.Host)
		if request.Method != http.MethodConnect || port != "443" || !slices.Contains(hosts, host) {
			http.Error(w, "this proxy leads only to the registry", http.StatusForbidden)
			return
		}
		server, err := net.Dial("tcp", address)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer func() { _ = server.Close() }()
		client, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = client.Close() }()
		if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
			return
		}
		go func() {
			_, _ = io.Copy(server, client)
			_ = server.Close()
		}()
		_, _ = io.Copy(client, server)
	}
}
