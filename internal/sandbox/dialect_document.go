package sandbox

// document returns the API document as the dialect speaks, or nil if the service has none.
func (d *Dialect) document(ours []byte) ([]byte, error) {
	if d.form.Document == "hidden" {
		return nil, nil
	}
	return ours, nil
}
