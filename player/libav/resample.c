#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>

#include "bridge.h"

enum {
    OUT_RATE = 48000, // player/audio's
    MAX_CHANNELS = 64, // sound.go's
};

// input_layout is the frame's channel layout, or the usual one for its count where it has no order.
static int input_layout(const AVFrame *frame, AVChannelLayout *out)
{
    if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
        av_channel_layout_default(out, frame->ch_layout.nb_channels);
        return 0;
    }
    return av_channel_layout_copy(out, &frame->ch_layout);
}

int lk_sound_s16(AVFrame *frame, uint8_t *out, lk_failure *f)
{
    lk_log_begin();
    struct SwrContext *swr = NULL;
    int ret = swr_alloc_set_opts2(&swr, &frame->ch_layout, AV_SAMPLE_FMT_S16, frame->sample_rate, &frame->ch_layout,
                                  frame->format, frame->sample_rate, 0, NULL);
    if (ret >= 0)
        ret = swr_init(swr);
    if (ret >= 0)
        ret = swr_convert(swr, &out, frame->nb_samples, (const uint8_t **)frame->extended_data, frame->nb_samples);
    swr_free(&swr);
    return ret < 0 ? lk_fail(f, ret) : ret;
}

lk_resampler *lk_resampler_new(void)
{
    return av_mallocz(sizeof(lk_resampler));
}

int lk_resampler_fits(const lk_resampler *r, const AVFrame *frame)
{
    if (!r->swr)
        return 0;
    AVChannelLayout layout = {0};
    int same = input_layout(frame, &layout) >= 0 && r->format == frame->format && r->rate == frame->sample_rate &&
               av_channel_layout_compare(&layout, &r->layout) == 0;
    av_channel_layout_uninit(&layout);
    return same;
}

int lk_resampler_bound(const lk_resampler *r, int samples)
{
    return r->swr ? swr_get_out_samples(r->swr, samples) : 0;
}

// mix_unknown mixes channels of no known place: those of even number to the left, the others to the
// right.
static int mix_unknown(lk_resampler *r)
{
    int channels = r->layout.nb_channels;
    double matrix[2][MAX_CHANNELS] = {0};
    if (r->layout.order != AV_CHANNEL_ORDER_UNSPEC || channels < 2 || channels > MAX_CHANNELS)
        return 0;
    for (int i = 0; i < channels; i++)
        matrix[i % 2][i] = 1.0 / ((channels + 1 - i % 2) / 2);
    return swr_set_matrix(r->swr, matrix[0], MAX_CHANNELS);
}

int lk_resampler_setup(lk_resampler *r, const AVFrame *frame, lk_failure *f)
{
    lk_log_begin();
    lk_resampler_reset(r);
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    int ret = input_layout(frame, &r->layout);
    if (ret >= 0)
        ret = swr_alloc_set_opts2(&r->swr, &stereo, AV_SAMPLE_FMT_FLT, OUT_RATE, &r->layout, frame->format,
                                  frame->sample_rate, 0, NULL);
    // A downmix never exceeds full scale.
    if (ret >= 0)
        ret = av_opt_set_double(r->swr, "rematrix_maxval", 1.0, 0);
    if (ret >= 0)
        ret = mix_unknown(r);
    if (ret >= 0)
        ret = swr_init(r->swr);
    if (ret < 0) {
        lk_fail(f, ret);
        lk_resampler_reset(r);
        return ret;
    }
    r->format = frame->format;
    r->rate = frame->sample_rate;
    return 0;
}

int lk_resampler_convert(lk_resampler *r, const AVFrame *frame, int from, int count, float *out, int capacity, lk_failure *f)
{
    lk_log_begin();
    uint8_t *to = (uint8_t *)out;
    const uint8_t *planes[MAX_CHANNELS] = {0};
    int ret;
    if (frame) {
        int channels = frame->ch_layout.nb_channels, planar = av_sample_fmt_is_planar(frame->format);
        if (channels < 1 || channels > MAX_CHANNELS || from < 0 || count > frame->nb_samples - from)
            return lk_fail(f, AVERROR(EINVAL));
        size_t step = (size_t)av_get_bytes_per_sample(frame->format) * (planar ? 1 : channels);
        for (int i = 0; i < (planar ? channels : 1); i++)
            planes[i] = frame->extended_data[i] + step * from;
        ret = swr_convert(r->swr, &to, capacity, planes, count);
    } else {
        ret = swr_convert(r->swr, &to, capacity, NULL, 0);
    }
    return ret < 0 ? lk_fail(f, ret) : ret;
}

void lk_resampler_reset(lk_resampler *r)
{
    swr_free(&r->swr);
    av_channel_layout_uninit(&r->layout);
}

void lk_resampler_free(lk_resampler *r)
{
    if (!r)
        return;
    lk_resampler_reset(r);
    av_free(r);
}
