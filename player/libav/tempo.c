#include <stdio.h>
#include <string.h>

#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>

#include "bridge.h"

enum { CHANNELS = 2 };

static int build(lk_tempo *t, const char *filters, int rate)
{
    char arguments[128];
    snprintf(arguments, sizeof arguments, "sample_rate=%d:sample_fmt=flt:channel_layout=stereo:time_base=1/%d", rate, rate);
    if (!(t->graph = avfilter_graph_alloc()))
        return AVERROR(ENOMEM);
    t->graph->nb_threads = 1;
    int ret = avfilter_graph_create_filter(&t->source, avfilter_get_by_name("abuffer"), "in", arguments, NULL, t->graph);
    if (ret < 0)
        return ret;
    ret = avfilter_graph_create_filter(&t->sink, avfilter_get_by_name("abuffersink"), "out", NULL, NULL, t->graph);
    if (ret < 0)
        return ret;
    AVFilterInOut *outputs = avfilter_inout_alloc(), *inputs = avfilter_inout_alloc();
    if (outputs && inputs) {
        *outputs = (AVFilterInOut){.name = av_strdup("in"), .filter_ctx = t->source};
        *inputs = (AVFilterInOut){.name = av_strdup("out"), .filter_ctx = t->sink};
        ret = avfilter_graph_parse_ptr(t->graph, filters, &inputs, &outputs, NULL);
    } else {
        ret = AVERROR(ENOMEM);
    }
    avfilter_inout_free(&inputs);
    avfilter_inout_free(&outputs);
    return ret < 0 ? ret : avfilter_graph_config(t->graph, NULL);
}

int lk_tempo_new(const char *filters, int rate, lk_tempo **out, lk_failure *f)
{
    lk_log_begin();
    lk_tempo *t = av_mallocz(sizeof *t);
    if (!t)
        return lk_fail(f, AVERROR(ENOMEM));
    int ret = build(t, filters, rate);
    if (ret >= 0 && !(t->frame = av_frame_alloc()))
        ret = AVERROR(ENOMEM);
    if (ret < 0) {
        lk_fail(f, ret);
        lk_tempo_free(t);
        return ret;
    }
    *out = t;
    return 0;
}

void lk_tempo_free(lk_tempo *t)
{
    if (!t)
        return;
    av_frame_free(&t->frame);
    avfilter_graph_free(&t->graph);
    av_free(t);
}

int lk_tempo_write(lk_tempo *t, const float *samples, int count, lk_failure *f)
{
    lk_log_begin();
    if (count == 0) {
        int ret = av_buffersrc_add_frame(t->source, NULL);
        return ret < 0 ? lk_fail(f, ret) : 0;
    }
    AVFrame *frame = av_frame_alloc();
    if (!frame)
        return lk_fail(f, AVERROR(ENOMEM));
    AVRational time_base = av_buffersink_get_time_base(t->sink);
    frame->format = AV_SAMPLE_FMT_FLT;
    frame->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
    frame->sample_rate = time_base.den;
    frame->nb_samples = count;
    frame->pts = t->next;
    int ret = av_frame_get_buffer(frame, 0);
    if (ret >= 0) {
        memcpy(frame->data[0], samples, (size_t)count * CHANNELS * sizeof(float));
        ret = av_buffersrc_add_frame(t->source, frame);
    }
    av_frame_free(&frame);
    if (ret < 0)
        return lk_fail(f, ret);
    t->next += count;
    return 0;
}

int lk_tempo_read(lk_tempo *t, float *out, int capacity, lk_failure *f)
{
    lk_log_begin();
    int given = 0;
    while (given < capacity) {
        if (t->taken == t->frame->nb_samples) {
            av_frame_unref(t->frame);
            t->taken = 0;
            int ret = av_buffersink_get_frame(t->sink, t->frame);
            if (ret == LK_AGAIN || ret == LK_EOF)
                break;
            if (ret < 0)
                return lk_fail(f, ret);
        }
        int n = FFMIN(capacity - given, t->frame->nb_samples - t->taken);
        const float *from = (const float *)t->frame->data[0] + (size_t)t->taken * CHANNELS;
        memcpy(out + (size_t)given * CHANNELS, from, (size_t)n * CHANNELS * sizeof(float));
        t->taken += n;
        given += n;
    }
    return given;
}
