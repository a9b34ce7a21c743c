//go:build unix

package pulumi

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

var (
	// Paths of the two programs, which TestMain builds.
	providerPath, bridgePath string
	// told is the transcript of a test that passed its steps.
	told string
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	workshop, err := os.MkdirTemp("", "cohort-pulumi-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(workshop) }()
	// The bridge takes whatever begins like this in the folder for the provider.
	providerPath = filepath.Join(workshop, "terraform-provider-cohort")
	if output, err := exec.Command("go", "build", "-C", "../../..", "-o", providerPath, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the provider: %v\n%s", err, output)
		return 1
	}
	var missing bytes.Buffer
	tool := exec.Command("go", "tool", "-n", "dynamic")
	tool.Stderr = &missing
	path, err := tool.Output()
	if err != nil {
		fmt.Fprintf(os.Stderr, "build Pulumi's bridge, whose modules go.mod of this folder names: %v\n%s", err, &missing)
		return 1
	}
	bridgePath = strings.TrimSpace(string(path))
	code := m.Run()
	if told != "" {
		fmt.Println(told)
	}
	return code
}

// start starts a program, and returns its first line of output. The program runs until stop is
// called or the test ends.
func start(t *testing.T, command *exec.Cmd) (line string, stop func()) {
	t.Helper()
	// A process group of its own: when the bridge is killed, its provider would stay.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var log bytes.Buffer
	command.Stderr = &log
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(output)
	stop = sync.OnceFunc(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		_, _ = io.Copy(io.Discard, lines)
		_ = command.Wait()
	})
	t.Cleanup(func() {
		stop()
		if t.Failed() && log.Len() > 0 {
			t.Logf("%s wrote:\n%s", filepath.Base(command.Path), &log)
		}
	})
	line, err = lines.ReadString('\n')
	if err != nil {
		t.Fatalf("%s ends: %v", filepath.Base(command.Path), err)
	}
	return strings.TrimSpace(line), stop
}

// service is the sandbox of the built binary.
type service struct {
	t        *testing.T
	URL      string `json:"url"`
	AdminURL string `json:"admin_url"`
	TestKey  string `json:"test_key"`
	LiveKey  string `json:"live_key"`
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{t: t}
	line, _ := start(t, exec.CommandContext(t.Context(), providerPath, "sandbox"))
	if err := json.Unmarshal([]byte(line), s); err != nil {
		t.Fatalf("the sandbox says %q: %v", line, err)
	}
	return s
}

// admin sends a request to the sandbox itself, and reads the answer.
func (s *service) admin(method, path string, body []byte, answer any) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.AdminURL+path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	client := &http.Client{}
	response, err := client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(content, answer)
	}
	if err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatalf("%s %s: %s: %s (%v)", method, path, response.Status, content, err)
	}
}

// edit edits an object of the test merchant by hand, or deletes it if there are no fields.
func (s *service) edit(key string, fields map[string]any) {
	s.t.Helper()
	for _, object := range s.objects("test") {
		if object["referenceId"] != key {
			continue
		}
		method, body := http.MethodDelete, []byte(nil)
		if fields != nil {
			var err error
			method = http.MethodPatch
			if body, err = json.Marshal(fields); err != nil {
				s.t.Fatal(err)
			}
		}
		var done any
		s.admin(method, fmt.Sprintf("/objects/%s", object["id"]), body, &done)
		return
	}
	s.t.Fatalf("there is no %s", key)
}

// requests returns the number of requests that the sandbox got so far, and how many of them write.
func (s *service) requests() (all, writes int) {
	s.t.Helper()
	var stats struct {
		Requests int            `json:"requests"`
		ByMethod map[string]int `json:"by_method"`
	}
	s.admin(http.MethodGet, "/stats", nil, &stats)
	return stats.Requests, stats.Requests - stats.ByMethod[http.MethodGet]
}

// objects returns the objects of a merchant that are not archived.
func (s *service) objects(mode string) (objects []map[string]any) {
	s.t.Helper()
	var byKind map[string][]map[string]any
	s.admin(http.MethodGet, "/objects?mode="+mode, nil, &byKind)
	for _, all := range byKind {
		for _, object := range all {
			if object["status"] != "archived" {
				objects = append(objects, object)
			}
		}
	}
	return objects
}

// newBridge starts Pulumi's bridge with the address of the service and a key, and makes it take the
// built provider.
func (s *service) newBridge(key string) (bridge pulumirpc.ResourceProviderClient, stop func()) {
	s.t.Helper()
	command := exec.CommandContext(s.t.Context(), bridgePath)
	home := s.t.TempDir()
	notes, err := os.MkdirTemp("", "notes-") // Shorter than t.TempDir, because it contains sockets.
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = os.RemoveAll(notes) })
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "PULUMI_HOME=" + home, "TMPDIR=" + notes,
		"COHORT_API_URL=" + s.URL, "COHORT_API_KEY=" + key,
	}
	port, stop := start(s.t, command)
	connection, err := grpc.NewClient("127.0.0.1:"+port, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = connection.Close() })
	bridge = pulumirpc.NewResourceProviderClient(connection)
	_, err = bridge.Parameterize(s.t.Context(), &pulumirpc.ParameterizeRequest{
		Parameters: &pulumirpc.ParameterizeRequest_Args{
			Args: &pulumirpc.ParameterizeRequest_ParametersArgs{Args: []string{providerPath}},
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return bridge, stop
}
