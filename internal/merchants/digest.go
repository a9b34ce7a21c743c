package merchants

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A snapshot holds a digest in place of a secret. It tells only whether a text is the secret. Its
// salt comes from the kind, the key and the property of the object, so that equal secrets of
// different objects have different digests, and those of one object in test and in live the same.
// The digest is slow, and a short code can be guessed from it nevertheless.

const (
	// digestPrefix begins a digest. The salt and the hash follow, in hexadecimal.
	digestPrefix = "cohort-secret:v1:"
	// digestRounds make a digest cost about a millisecond.
	digestRounds = 5000
	// digestHalf is the length in bytes of the salt and of the hash.
	digestHalf = 16
)

// withoutSecrets returns an object of the service with digests in place of its secrets. A blank
// text stays, because it is none, and so does a digest.
func (d *descriptor) withoutSecrets(object any, key string) any {
	return translate(object, "", func(property string, value any) any {
		text := ""
		switch value := value.(type) {
		case string:
			text = value
		case json.Number, bool:
			text = fmt.Sprint(value)
		}
		if !d.isSecret(property) || strings.TrimSpace(text) == "" || IsDigest(text) {
			return value
		}
		return d.digest(property, key, text)
	}, d.ourWord)
}

// digest is the digest of a secret of an object.
func (d *descriptor) digest(property, key, secret string) string {
	salt := sha256.Sum256([]byte(strings.Join([]string{d.noun, strings.TrimSpace(key), property}, "\n")))
	return digestOf(secret, salt[:digestHalf])
}

// isSecret reports whether a property is secret, or part of one that is.
func (d *descriptor) isSecret(property string) bool {
	return slices.ContainsFunc(d.secrets, func(secret string) bool {
		rest, within := strings.CutPrefix(property, secret)
		return within && (rest == "" || rest[0] == '.')
	})
}

func digestOf(text string, salt []byte) string {
	hash, err := pbkdf2.Key(sha256.New, text, salt, digestRounds, digestHalf)
	if err != nil { // Only in FIPS mode, and not with these lengths.
		hash = nil
	}
	return digestPrefix + hex.EncodeToString(slices.Concat(salt, hash))
}

// IsDigest reports whether a text is the digest of a secret.
func IsDigest(text string) bool {
	encoded, begins := strings.CutPrefix(text, digestPrefix)
	content, err := hex.DecodeString(encoded)
	return begins && err == nil && len(content) == 2*digestHalf
}

// SameSecret reports whether a secret has this digest. It costs nothing if the text is no digest,
// and else about a millisecond.
func SameSecret(digest, secret string) bool {
	if !IsDigest(digest) {
		return false
	}
	content, err := hex.DecodeString(strings.TrimPrefix(digest, digestPrefix))
	return err == nil && digestOf(secret, content[:digestHalf]) == digest
}

// Secrets are the attributes whose values a snapshot does not hold, such as code.value.
func (c Collection[T, Input]) Secrets() []string {
	var attributes []string
	for _, secret := range c.descriptor.secrets {
		attributes = append(attributes, c.descriptor.secretAttribute(secret))
	}
	return attributes
}

// secretAttribute is the attribute of a secret property.
func (d *descriptor) secretAttribute(secret string) string {
	property, of := secret, ""
	if settings, found := strings.CutPrefix(secret, "typeConfig:"); found {
		var below string
		of, below, _ = strings.Cut(settings, ".")
		property = "typeConfig." + below
	}
	return d.attribute(property, of)
}

// Digest is what a snapshot holds in place of a secret of the object with this key. It is the text
// itself if that is a digest, or if a snapshot holds the attribute.
func (c Collection[T, Input]) Digest(attribute, key, secret string) string {
	for _, property := range c.descriptor.secrets {
		if c.descriptor.secretAttribute(property) == attribute && !IsDigest(secret) && strings.TrimSpace(secret) != "" {
			return c.descriptor.digest(property, key, secret)
		}
	}
	return secret
}

// refuseDigests refuses a write of a digest: the object would get it as its secret.
func (c Collection[T, Input]) refuseDigests(method, path string, sent map[string]any) error {
	found := false
	translate(sent, "", func(property string, value any) any {
		text, _ := value.(string)
		found = found || c.descriptor.isSecret(property) && IsDigest(text)
		return value
	}, sameWord)
	if !found {
		return nil
	}
	return &Error{Method: method, Path: path, Attribute: c.Secrets()[0], Err: ErrDigest}
}
