#include <string.h>

#include <libavutil/mem.h>
#include <libavutil/opt.h>

#include "bridge.h"

int lk_captions_open(AVCodecContext **out, lk_failure *f)
{
    lk_log_begin();
    const AVCodec *decoder = avcodec_find_decoder(AV_CODEC_ID_EIA_608);
    if (!decoder)
        return lk_fail(f, AVERROR_DECODER_NOT_FOUND);
    AVCodecContext *codec = avcodec_alloc_context3(decoder);
    if (!codec)
        return lk_fail(f, AVERROR(ENOMEM));
    codec->pkt_timebase = (AVRational){1, 1000000};
    AVDictionary *options = NULL;
    // Each change of the screen is told when it comes, and not when it is over.
    int ret = av_dict_set(&options, "real_time", "1", 0);
    if (ret >= 0)
        ret = av_dict_set(&options, "real_time_latency_msec", "0", 0);
    if (ret >= 0)
        ret = avcodec_open2(codec, decoder, &options);
    av_dict_free(&options);
    if (ret < 0) {
        avcodec_free_context(&codec);
        return lk_fail(f, ret);
    }
    *out = codec;
    return 0;
}

// lk_captions_decode reads cc_data of a picture at a time in microseconds. It returns 1 when the screen has changed, which is then written to
// text as lines of ASS, one behind the other with a line feed between, cut to room with its final 0; 0 when it stays.
int lk_captions_decode(AVCodecContext *codec, const uint8_t *data, int size, int64_t us, char *text, int room, lk_failure *f)
{
    lk_log_begin();
    AVPacket *packet = av_packet_alloc();
    if (!packet)
        return lk_fail(f, AVERROR(ENOMEM));
    int ret = av_new_packet(packet, size);
    if (ret < 0) {
        av_packet_free(&packet);
        return lk_fail(f, ret);
    }
    memcpy(packet->data, data, (size_t)size);
    packet->pts = packet->dts = us;
    AVSubtitle subtitle = {0};
    int got = 0, used = 0;
    ret = avcodec_decode_subtitle2(codec, &subtitle, &got, packet);
    av_packet_free(&packet);
    if (ret < 0)
        return lk_fail(f, ret);
    if (!got)
        return 0;
    text[0] = 0;
    for (unsigned i = 0; i < subtitle.num_rects; i++) {
        const char *line = subtitle.rects[i]->ass;
        int length = line ? (int)strlen(line) : 0;
        if (length == 0 || used + length + 2 > room)
            continue;
        memcpy(text + used, line, (size_t)length);
        used += length;
        text[used++] = '\n';
        text[used] = 0;
    }
    avsubtitle_free(&subtitle);
    return 1;
}

void lk_captions_close(AVCodecContext *codec)
{
    avcodec_free_context(&codec);
}
