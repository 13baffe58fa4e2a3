package network

import "strings"

// cookieHeader returns the value of the Cookie header and the names in it: the jar's cookies, then the
// pairs in their order; of equal names the pair is sent. It is the only place that makes one.
func cookieHeader(jar, pairs []pair) (string, []string) {
	if len(jar)+len(pairs) == 0 {
		return "", nil
	}
	var b strings.Builder
	size := 0
	for _, p := range jar {
		size += len(p.name) + p.value.Len() + 3
	}
	for _, p := range pairs {
		size += len(p.name) + p.value.Len() + 3
	}
	b.Grow(size)
	names := make([]string, 0, len(jar)+len(pairs))
	add := func(p pair) {
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.name)
		b.WriteByte('=')
		b.WriteString(p.value.Reveal())
		names = append(names, p.name)
	}
	for _, p := range jar {
		if !hasName(pairs, p.name) {
			add(p)
		}
	}
	for _, p := range pairs {
		add(p)
	}
	return b.String(), names
}

func hasName(pairs []pair, name string) bool {
	for _, p := range pairs {
		if p.name == name {
			return true
		}
	}
	return false
}
