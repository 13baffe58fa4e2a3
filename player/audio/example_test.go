package audio_test

import (
	"context"
	"fmt"
	"time"

	"latchkey/player/audio"
)

func ExampleSink() {
	sink := audio.New(audio.Options{Output: audio.Null})
	defer func() {
		if err := sink.Close(); err != nil {
			fmt.Println(err)
		}
	}()
	sink.SetVolume(0.8)
	sink.Play()

	silence := make([]float32, audio.SampleRate/10*audio.Channels)
	if err := sink.Write(context.Background(), audio.Chunk{Samples: silence, PTS: time.Minute}); err != nil {
		fmt.Println(err)
		return
	}
	sink.EndOfStream()

	tick := time.NewTicker(time.Second / 60)
	defer tick.Stop()
	for !sink.Drained() {
		<-tick.C
	}
	fmt.Println(sink.Position(time.Now()))
	fmt.Println(sink.Stats().Output)
	// Output:
	// 1m0.1s true
	// wall clock
}
