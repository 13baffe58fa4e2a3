package player

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"latchkey/player/libav"
)

// Limits of what is read before a position for the cues that are still shown there.
const (
	textPreroll      = 10 * time.Second
	maxTextPrerolled = 64 << 20 // bytes of packets: 10 s of 50 Mbit/s
)

// preroll reads the chosen subtitles before a media time at which playback is to begin. The index
// of Matroska leads to a key picture, and a cue that began before it lies before it in the file.
// MP4 has an index of each track. It is done for files of this machine, where it costs no request.
func (m *mediaSource) preroll(ctx context.Context, r *run, at time.Duration) error {
	subtitles := m.session.subtitles
	_, local := m.opener.(*localFile)
	if !local || m.texts == nil || !strings.HasPrefix(m.input.FormatName(), "matroska") {
		return nil
	}
	if _, text := subtitles.source(subtitles.choice()).(*textTrack); !text {
		return nil
	}
	if err := m.seek(ctx, r, at-textPreroll); err != nil {
		return err
	}
	lead, video := r.streams[libav.KindVideo]
	if !video {
		lead = r.streams[libav.KindAudio]
	}
	reader := &textReader{input: m.input, source: m, origin: m.input.StartTime()}
	packet := libav.NewPacket()
	defer packet.Close()
	for read := 0; read < maxTextPrerolled; read += len(packet.Data()) {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		err := reader.ReadPacket(packet)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return m.explain(err)
		}
		if packet.Stream() == lead.Index && packet.PTS() != libav.NoPTS && libav.Ticks(packet.PTS(), lead.TimeBase) >= at {
			return nil
		}
	}
	return nil
}
