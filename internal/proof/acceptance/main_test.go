package acceptance

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/sandbox"
)

// own is the sandbox of the tests; nil if they run in a real merchant.
var own *sandbox.Sandbox

// workshop is a folder for the time of the tests.
var workshop string

func TestMain(m *testing.M) {
	flag.Parse()
	addSweepers()
	if err := prepare(flag.Lookup("sweep").Value.String()); err != nil {
		fmt.Fprintln(os.Stderr, "acceptance: "+err.Error())
		os.Exit(1)
	}
	resource.TestMain(tests{m})
}

// prepare chooses the merchant. From then on, the environment names it, for the provider and for
// the tests, and has no other setting of the provider. Nothing is sent. sweep is the flag.
func prepare(sweep string) error {
	inReal, key, url := os.Getenv("COHORT_ACCEPTANCE") == "1", os.Getenv("COHORT_API_KEY"), os.Getenv("COHORT_API_URL")
	switch {
	case sweep != "" && sweep != "test":
		return errors.New("only the test merchant can be swept: -sweep=test")
	case sweep != "" && !inReal:
		return errors.New("a sandbox has nothing to sweep. To sweep the test merchant of COHORT_API_KEY, " +
			"set COHORT_ACCEPTANCE=1")
	case inReal:
		if err := checkKey(key); err != nil {
			return err
		}
	default:
		var err error
		if own, err = sandbox.Start(sandbox.Options{Seed: rand.Uint64()}); err != nil {
			return err
		}
		key, url = own.TestKey(), own.URL()
	}
	for _, setting := range os.Environ() {
		if name, _, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "COHORT_") {
			_ = os.Unsetenv(name)
		}
	}
	return errors.Join(os.Setenv("COHORT_API_KEY", key), os.Setenv("COHORT_API_URL", url),
		// Objects that vanish are part of the tests, and not a sign of the wrong merchant.
		os.Setenv("COHORT_EXPECT_EMPTY", "1"))
}

// checkKey demands the key of a test merchant.
func checkKey(text string) error {
	if text == "" {
		return errors.New("COHORT_API_KEY is not set. It must be the key of a test merchant (test_…)")
	}
	key, err := merchants.ParseKey(text)
	if err != nil {
		return fmt.Errorf("COHORT_API_KEY: %w", err)
	}
	if key.Mode() != merchants.ModeTest {
		return fmt.Errorf("COHORT_API_KEY is the key of a %s merchant. These tests create, publish and delete objects, so "+
			"they run only in a test merchant (test_…). Nothing was sent", key.Mode())
	}
	return nil
}

// tests runs the tests of the package. resource.TestMain exits the process, so what must be removed
// after them is removed here.
type tests struct{ m *testing.M }

func (t tests) Run() int {
	var err error
	if workshop, err = os.MkdirTemp("", "cohort-acceptance-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(workshop) }()
	// The provider keeps notes for its apply in TMPDIR, so they are removed too.
	if err := os.Setenv("TMPDIR", workshop); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return t.m.Run()
}

// connect returns a client of the merchant. It knows nothing from earlier calls.
func connect() (*merchants.Client, error) {
	key, err := merchants.ParseKey(os.Getenv("COHORT_API_KEY"))
	if err != nil {
		return nil, err
	}
	return merchants.New(merchants.Config{
		Key: key, BaseURL: os.Getenv("COHORT_API_URL"), UserAgent: "terraform-provider-cohort/acceptance",
		MaxRetries: merchants.DefaultMaxRetries,
	})
}
