package merchants_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// TestClient_noID holds that a damaged state without an id cannot reach a whole collection.
func TestClient_noID(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s was sent", r.Method, r.URL.Path)
	}))
	t.Cleanup(server.Close)
	key, err := merchants.ParseKey("test_0123456789")
	if err != nil {
		t.Fatal(err)
	}
	client, err := merchants.New(merchants.Config{Key: key, BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Perks.Delete(t.Context(), ""); err == nil {
		t.Error("a delete without an id was accepted")
	}
	if _, err := client.Perks.Get(t.Context(), ""); err == nil {
		t.Error("a read without an id was accepted")
	}
	if _, err := client.Perks.Transition(t.Context(), merchants.Head{ID: ""}, merchants.Publish); err == nil {
		t.Error("a transition without an id was accepted")
	}
}
