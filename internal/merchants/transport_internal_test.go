package merchants

import (
	"net"
	"strings"
	"testing"
)

// TestDialLoopback: plain http connects to this machine only, whatever a name resolves to.
func TestDialLoopback(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "localhost", "LOCALHOST", "api.localhost", "a.b.localhost."} {
		connection, err := dialLoopback(t.Context(), "tcp", net.JoinHostPort(host, port))
		if err != nil {
			t.Errorf("%s: %v", host, err)
			continue
		}
		_ = connection.Close()
	}
	for _, host := range []string{"192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"} {
		if _, err := dialLoopback(t.Context(), "tcp", net.JoinHostPort(host, port)); err == nil ||
			!strings.Contains(err.Error(), "is not of this machine") {
			t.Errorf("%s: got %v", host, err)
		}
	}
}
