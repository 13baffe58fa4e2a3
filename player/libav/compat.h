// What differs between the releases of FFmpeg that the package builds against: 5.1 to 9.0.
#ifndef LATCHKEY_LIBAV_COMPAT_H
#define LATCHKEY_LIBAV_COMPAT_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>

// AVFrame.key_frame became a flag with FFmpeg 6.1 and went with 8.0.
static inline int lk_frame_is_key(const AVFrame *frame)
{
#ifdef AV_FRAME_FLAG_KEY
    return (frame->flags & AV_FRAME_FLAG_KEY) != 0;
#else
    return frame->key_frame;
#endif
}

// AVFrame.pkt_duration became duration with FFmpeg 6.0.
static inline int64_t lk_frame_duration(const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
    return frame->duration;
#else
    return frame->pkt_duration;
#endif
}

// lk_calls_from_threads says that a decoder's threads may call get_buffer2, as all do from FFmpeg
// 6.0 on.
static inline void lk_calls_from_threads(AVCodecContext *codec)
{
#if LIBAVCODEC_VERSION_MAJOR < 60
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    codec->thread_safe_callbacks = 1;
#pragma GCC diagnostic pop
#else
    (void)codec;
#endif
}

// The side data of a stream moved to its codec parameters with FFmpeg 6.1.
static inline const uint8_t *lk_stream_side_data(const AVStream *stream, enum AVPacketSideDataType type, size_t *size)
{
#if LIBAVCODEC_VERSION_MAJOR >= 61
    const AVPacketSideData *data = av_packet_side_data_get(stream->codecpar->coded_side_data,
                                                           stream->codecpar->nb_coded_side_data, type);
    *size = data ? data->size : 0;
    return data ? data->data : NULL;
#else
    return av_stream_get_side_data(stream, type, size);
#endif
}

#endif
