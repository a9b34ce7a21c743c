package sandbox

import "testing"

func TestHistoryIsARing(t *testing.T) {
	t.Parallel()
	h := newHistory()
	h.max = 100
	for n := 1; n <= 250; n++ {
		h.record(Exchange{Number: n, Status: 200})
	}
	got := h.exchanges()
	if len(got) != 100 || got[0].Number != 151 || got[99].Number != 250 {
		t.Errorf("%d exchanges from %d to %d, want 100 from 151 to 250", len(got), got[0].Number, got[len(got)-1].Number)
	}
	for i, e := range got {
		if e.Number != 151+i {
			t.Fatalf("exchange %d has number %d, want %d", i, e.Number, 151+i)
		}
	}
	if counted := h.snapshot().ByStatus["200"]; counted != 250 {
		t.Errorf("%d are counted, want 250", counted)
	}
}

func TestHistoryIsBoundInBytes(t *testing.T) {
	t.Parallel()
	h := newHistory()
	h.maxBytes = 1000
	for n := 1; n <= 10; n++ {
		h.record(Exchange{Number: n, Request: "0123456789", Response: string(make([]byte, 290))})
	}
	if got := h.exchanges(); len(got) != 3 || got[0].Number != 8 {
		t.Errorf("it holds %d exchanges from %d, want 3 from 8", len(got), got[0].Number)
	}
	h.record(Exchange{Number: 11, Response: string(make([]byte, 5000))})
	if got := h.exchanges(); len(got) != 1 || got[0].Number != 11 {
		t.Errorf("it holds %d exchanges from %d, want the last one alone", len(got), got[0].Number)
	}
}
