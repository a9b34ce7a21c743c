package planreview

// EffectsOf is for tests that compare very many plans: a fingerprint of the same text is slow to
// compute, on purpose.
var EffectsOf = effectsOf
