package video

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseRenderer(t *testing.T) {
	for _, want := range []Renderer{Auto, Shader, Image} {
		got, err := ParseRenderer(want.String())
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, wrong := range []string{"", "Auto", "gpu", "Renderer(1)"} {
		_, err := ParseRenderer(wrong)
		require.Error(t, err, wrong)
	}
	assert.Equal(t, "Renderer(7)", Renderer(7).String())
}

func TestChoose(t *testing.T) {
	software := []string{
		"llvmpipe (LLVM 15.0.6, 256 bits)", "softpipe", "Software Rasterizer", "Google SwiftShader",
		"GDI Generic", "Apple Software Renderer", "D3D12 (Microsoft Basic Render Driver)",
		"SWR (LLVM 10.0, 256 bits)", "zink Vulkan 1.3(llvmpipe (LLVM 17.0.6, 256 bits) (LLVM_PROJECT))",
	}
	hardware := []string{
		"Mesa Intel(R) UHD Graphics 620 (KBL GT2)", "NVIDIA GeForce RTX 3060/PCIe/SSE2",
		"AMD Radeon RX 6800 (navi21, LLVM 15.0.6, DRM 3.49)", "Apple M1", "virgl (AMD Radeon)", "SVGA3D; build: RELEASE;",
	}
	for _, name := range software {
		assert.Equal(t, pathBlit, choose(Auto, true, graphics{name: name, blit: true}), name)
		assert.Equal(t, pathCanvasImage, choose(Auto, true, graphics{name: name}), name)
		assert.Equal(t, pathShader, choose(Auto, false, graphics{name: name, blit: true}), name)
		assert.Equal(t, pathShader, choose(Shader, true, graphics{name: name, blit: true}), name)
	}
	for _, name := range hardware {
		assert.Equal(t, pathShader, choose(Auto, true, graphics{name: name, blit: true}), name)
		assert.Equal(t, pathBlit, choose(Image, true, graphics{name: name, blit: true}), name)
	}
	assert.Equal(t, pathCanvasImage, choose(Auto, true, graphics{}), "nothing known")
	assert.Equal(t, pathShader, choose(Auto, false, graphics{}), "nothing known, no converter")
}
