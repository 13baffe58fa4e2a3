package network_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"latchkey/network"
)

func TestExpand(t *testing.T) {
	wrong := errors.New("no such name")
	value := func(name string) (string, error) {
		if name == "wrong" {
			return "", wrong
		}
		return "<" + name + "${>", nil
	}
	for text, want := range map[string]string{"": "", "plain $ { }": "plain $ { }", "${a}": "<a${>", "x${a}y${}z": "x<a${>y<${>z"} {
		got, err := network.Expand(text, value)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := network.Expand("${a}${wrong}", value)
	require.ErrorIs(t, err, wrong)
	_, err = network.Expand("a${b", value)
	require.ErrorIs(t, err, network.ErrTemplate)
}
