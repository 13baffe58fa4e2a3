package catalogue

import "image"

// maxPosterCache bounds the posters that are kept, in bytes of pixels.
const maxPosterCache = 64 << 20

// posters keeps the pictures of titles, the ones that were not shown for longest going first.
type posters struct {
	images map[string]image.Image
	order  []string // the least recently used first
	bytes  int
}

func (p *posters) get(id string) image.Image {
	img := p.images[id]
	if img != nil {
		p.touch(id)
	}
	return img
}

func (p *posters) touch(id string) {
	for i, known := range p.order {
		if known == id {
			p.order = append(append(p.order[:i:i], p.order[i+1:]...), id)
			return
		}
	}
}

func (p *posters) put(id string, img image.Image) {
	if p.images == nil {
		p.images = make(map[string]image.Image)
	}
	if p.images[id] != nil {
		return
	}
	p.images[id] = img
	p.order = append(p.order, id)
	p.bytes += pixels(img)
	for p.bytes > maxPosterCache && len(p.order) > 1 {
		oldest := p.order[0]
		p.order = p.order[1:]
		p.bytes -= pixels(p.images[oldest])
		delete(p.images, oldest)
	}
}

func pixels(img image.Image) int { return 4 * img.Bounds().Dx() * img.Bounds().Dy() }
