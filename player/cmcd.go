package player

import (
	"time"

	"latchkey/network"
	"latchkey/player/libav"
)

// cmcd is what is told of the playback with the request for a segment, or its init section, where the network configuration turns that
// on (CTA-5004, 3.1); else nil.
func (t *hlsTrack) cmcd(at rung, out *pipeline) *network.CMCD {
	if t.session.resource.configuration().CMCD.Mode == network.CMCDOff {
		return nil
	}
	segment := at.segment()
	buffer := max(t.session.mediaTime(at.media, segment.Start)-out.consumed(), 0)
	rate := t.session.speed()
	data := &network.CMCD{BufferLength: &buffer, ObjectDuration: segment.Duration, ObjectType: network.CMCDMuxed, StreamType: network.CMCDOnDemand,
		Startup: buffer < t.session.config.InitialBuffer, BufferStarved: t.session.starved.Swap(false)}
	if rate != 1 {
		data.PlaybackRate = &rate
	}
	if rate > 0 {
		data.Deadline = time.Duration(float64(buffer) / rate)
	}
	if len(t.kinds) == 1 {
		data.ObjectType = network.CMCDVideo
		if t.kinds[0] == libav.KindAudio {
			data.ObjectType = network.CMCDAudio
		}
	}
	if variant := t.named(at); variant >= 0 {
		data.EncodedBitrate = t.session.variants[variant].Bandwidth
		for _, v := range t.session.variants {
			data.TopBitrate = max(data.TopBitrate, v.Bandwidth)
		}
	}
	if t.ladder != nil {
		data.MeasuredThroughput = t.ladder.bandwidth()
	}
	return data
}

// forInit is what is told with the request for an init section: it has no bitrate and no duration.
func forInit(data *network.CMCD) *network.CMCD {
	if data == nil {
		return nil
	}
	init := *data
	init.ObjectType, init.EncodedBitrate, init.ObjectDuration, init.BufferStarved = network.CMCDInitSegment, 0, 0, false
	return &init
}
