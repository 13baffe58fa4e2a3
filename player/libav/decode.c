#include <libavutil/common.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>

#include "bridge.h"
#include "compat.h"
#include "rotation.h"

// MAX_PIXELS bounds a picture: 16384 by 8704, twice 8K UHD each way.
static const int64_t MAX_PIXELS = 16384LL * 8704;

enum {
    // USUAL_REFERENCES is how many pictures a decoder keeps to predict others from and to put them
    // in order: those of HEVC's levels at their largest picture (H.265, A.4.2), and most of what
    // H.264's allow.
    USUAL_REFERENCES = 6,
    // QUEUED is how many decoded pictures wait to be shown: player's.
    QUEUED = 5,
};

// set_parameters fills p from what was flattened.
static int set_parameters(AVCodecParameters *p, const lk_parameters *from, const uint8_t *extradata)
{
    p->codec_type = from->type;
    p->codec_id = from->codec;
    p->codec_tag = from->tag;
    p->format = from->format;
    p->profile = from->profile;
    p->level = from->level;
    p->bit_rate = from->bit_rate;
    p->bits_per_coded_sample = from->bits_coded;
    p->bits_per_raw_sample = from->bits_raw;
    p->width = from->width;
    p->height = from->height;
    p->field_order = from->field_order;
    p->video_delay = from->video_delay;
    p->sample_aspect_ratio = from->codec_aspect;
    p->color_range = from->range;
    p->color_primaries = from->primaries;
    p->color_trc = from->transfer;
    p->color_space = from->matrix;
    p->chroma_location = from->chroma_location;
    p->sample_rate = from->sample_rate;
    p->block_align = from->block_align;
    p->frame_size = from->frame_size;
    p->initial_padding = from->initial_padding;
    p->trailing_padding = from->trailing_padding;
    p->seek_preroll = from->seek_preroll;
    if (from->channel_order == AV_CHANNEL_ORDER_NATIVE && from->channel_mask) {
        int ret = av_channel_layout_from_mask(&p->ch_layout, from->channel_mask);
        if (ret < 0)
            return ret;
    } else {
        // Custom and ambisonic orders shrink to a count: what plays is stereo.
        p->ch_layout = (AVChannelLayout){.order = AV_CHANNEL_ORDER_UNSPEC, .nb_channels = from->channels};
    }
    if (from->extradata_size > 0) {
        p->extradata = av_mallocz((size_t)from->extradata_size + AV_INPUT_BUFFER_PADDING_SIZE);
        if (!p->extradata)
            return AVERROR(ENOMEM);
        memcpy(p->extradata, extradata, from->extradata_size);
        p->extradata_size = from->extradata_size;
    }
    return 0;
}

// picture_bytes returns what a picture takes in memory, with what decoders keep beside it, a fourth
// or less.
static int64_t picture_bytes(enum AVPixelFormat format, int width, int height)
{
    int bytes = av_image_get_buffer_size(format, FFALIGN(width, 64), FFALIGN(height, 64), 64);
    return bytes < 0 ? 0 : (int64_t)bytes + bytes / 4;
}

// threads_within returns how many threads, up to a number, leave the pictures of a decoder within
// the budget: each holds one more. What the stream does not say yet is found by get_picture.
static int threads_within(const lk_parameters *p, int threads)
{
    enum AVPixelFormat format = p->format >= 0 ? p->format : AV_PIX_FMT_YUV420P;
    int64_t bytes = p->width > 0 && p->height > 0 ? picture_bytes(format, p->width, p->height) : 0;
    if (bytes <= 0)
        return threads;
    return (int)av_clip64(lk_memory_pictures() / bytes - USUAL_REFERENCES - QUEUED, 1, threads);
}

// get_picture gives a decoder the memory of a picture, unless it has too many pixels, or the
// pictures that the decoder will hold at the same time pass the budget.
static int get_picture(AVCodecContext *c, AVFrame *frame, int flags)
{
    lk_decoder *d = c->opaque;
    if (c->codec_type != AVMEDIA_TYPE_VIDEO)
        return avcodec_default_get_buffer2(c, frame, flags);
    int64_t pixels = (int64_t)frame->width * frame->height;
    if (d->max_pixels > 0 && pixels > d->max_pixels) {
        __atomic_store_n(&d->oversize, (int64_t)frame->width << 32 | frame->height, __ATOMIC_RELAXED);
        return AVERROR(ENOMEM);
    }
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    int device = desc && (desc->flags & AV_PIX_FMT_FLAG_HWACCEL);
    int64_t bytes = picture_bytes(device ? c->sw_pix_fmt : frame->format, frame->width, frame->height);
    // The decoder's own picture and two on their way to the screen are the least there is beside
    // references.
    if (bytes * (FFMAX(c->refs, 1) + FFMAX(c->has_b_frames, 0) + 3) > lk_memory_pictures()) {
        __atomic_store_n(&d->short_of_memory, 1, __ATOMIC_RELAXED);
        return AVERROR(ENOMEM);
    }
    return avcodec_default_get_buffer2(c, frame, flags);
}

static int open_codec(lk_decoder *d, const lk_parameters *from, const uint8_t *extradata, const lk_decoder_options *o,
                      AVBufferRef *device)
{
    int strict = o->strict;
    const AVCodec *codec = lk_decoder_of(from->codec, from->local);
    if (!codec)
        return AVERROR_DECODER_NOT_FOUND;
    if (!(d->codec = avcodec_alloc_context3(codec)))
        return AVERROR(ENOMEM);
    AVCodecParameters *p = avcodec_parameters_alloc();
    if (!p)
        return AVERROR(ENOMEM);
    int ret = set_parameters(p, from, extradata);
    if (ret >= 0)
        ret = avcodec_parameters_to_context(d->codec, p);
    avcodec_parameters_free(&p);
    if (ret < 0)
        return ret;
    d->codec->pkt_timebase = from->time_base;
    d->codec->max_pixels = MAX_PIXELS;
    d->codec->opaque = d;
    d->codec->get_buffer2 = get_picture;
    lk_calls_from_threads(d->codec);
    d->codec->thread_count = threads_within(from, o->threads);
    d->codec->thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE;
    if (strict && codec->id == AV_CODEC_ID_H264)
        d->codec->thread_type = FF_THREAD_SLICE; // by frames, a picture comes before it is known what is wrong with it
    if (strict)
        d->codec->err_recognition |= AV_EF_EXPLODE | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_CRCCHECK;
    // FFmpeg asks the device first, and decodes what that cannot itself.
    if (device && !(d->codec->hw_device_ctx = av_buffer_ref(device)))
        return AVERROR(ENOMEM);
    return avcodec_open2(d->codec, codec, NULL);
}

// fail is lk_fail. A decoder's own threads are refused memory too, for which their code may be that
// of damage.
static int fail(lk_decoder *d, lk_failure *f, int code)
{
    int refused = __atomic_load_n(&d->short_of_memory, __ATOMIC_RELAXED) || lk_memory_refusals() != d->refusals;
    return lk_fail(f, refused ? AVERROR(ENOMEM) : code);
}

int64_t lk_decoder_oversize(lk_decoder *d) { return __atomic_load_n(&d->oversize, __ATOMIC_RELAXED); }

int lk_decoder_open(const lk_parameters *p, const uint8_t *extradata, const lk_decoder_options *o, AVBufferRef *device,
                    lk_decoder **out, lk_failure *f)
{
    lk_log_begin();
    lk_decoder *d = av_mallocz(sizeof *d);
    if (!d)
        return lk_fail(f, AVERROR(ENOMEM));
    d->stream_aspect = p->stream_aspect;
    d->rotation = p->rotation;
    d->next = AV_NOPTS_VALUE;
    d->refusals = lk_memory_refusals();
    d->max_pixels = o->max_pixels;
    int ret = open_codec(d, p, extradata, o, device);
    if (ret < 0) {
        ret = fail(d, f, ret);
        lk_decoder_close(d);
        return ret;
    }
    *out = d;
    return 0;
}

void lk_decoder_close(lk_decoder *d)
{
    if (!d)
        return;
    av_frame_free(&d->frame);
    avcodec_free_context(&d->codec);
    av_free(d);
    lk_memory_trim();
}

int lk_decoder_send(lk_decoder *d, AVPacket *packet, lk_failure *f)
{
    lk_log_begin();
    if (lk_memory_refusals() != d->refusals)
        return lk_fail(f, AVERROR(ENOMEM));
    int ret = avcodec_send_packet(d->codec, packet);
    if (ret == LK_AGAIN || ret == LK_EOF)
        return ret;
    return ret < 0 ? fail(d, f, ret) : 0;
}

void lk_decoder_skip(lk_decoder *d, int nonreference)
{
    d->codec->skip_frame = nonreference ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
}

void lk_decoder_flush(lk_decoder *d)
{
    avcodec_flush_buffers(d->codec);
    d->next = AV_NOPTS_VALUE;
}

// receive leaves the next frame in d->frame.
static int receive(lk_decoder *d, lk_failure *f)
{
    lk_log_begin();
    if (!d->frame && !(d->frame = av_frame_alloc()))
        return lk_fail(f, AVERROR(ENOMEM));
    int ret = avcodec_receive_frame(d->codec, d->frame);
    if (ret == LK_AGAIN || ret == LK_EOF)
        return ret;
    return ret < 0 ? fail(d, f, ret) : 0;
}

// frame_time returns the frame's time stamp. One that the decoder lost, as at the end of MPEG-2 without
// presentation times, follows the frame before.
static int64_t frame_time(lk_decoder *d, const AVFrame *frame)
{
    int64_t at = frame->best_effort_timestamp, duration = lk_frame_duration(frame);
    if (at == AV_NOPTS_VALUE)
        at = d->next;
    d->next = at == AV_NOPTS_VALUE || duration <= 0 ? AV_NOPTS_VALUE : av_sat_add64(at, duration);
    return at;
}

// lk_frame_replace puts a copy of a frame's samples, whose making returned ret, in the frame's place. It owns copy.
int lk_frame_replace(AVFrame **frame, AVFrame *copy, int ret)
{
    if (ret >= 0)
        ret = av_frame_copy_props(copy, *frame);
    if (ret < 0) {
        av_frame_free(&copy);
        return ret;
    }
    av_frame_free(frame);
    *frame = copy;
    return 0;
}

// upright makes a picture whose rows lie in memory from top to bottom, as most do already.
static int upright(AVFrame **frame)
{
    int down = 1;
    for (int i = 0; i < LK_PLANES; i++)
        down = down && (*frame)->linesize[i] >= 0;
    if (down)
        return 0;
    AVFrame *copy = av_frame_alloc();
    if (!copy)
        return AVERROR(ENOMEM);
    copy->format = (*frame)->format;
    copy->width = (*frame)->width;
    copy->height = (*frame)->height;
    int ret = av_frame_get_buffer(copy, 0);
    if (ret >= 0)
        ret = av_frame_copy(copy, *frame);
    return lk_frame_replace(frame, copy, ret);
}

// plane_bytes returns how much of the plane's rows can be read: all of the last row's padding where the
// buffer goes on.
static size_t plane_bytes(const AVFrame *frame, int plane, size_t stride, size_t row_bytes, size_t rows)
{
    size_t least = stride * (rows - 1) + row_bytes;
    for (int i = 0; i < AV_NUM_DATA_POINTERS && frame->buf[i]; i++) {
        const uint8_t *start = frame->buf[i]->data, *end = start + frame->buf[i]->size;
        if (frame->data[plane] < start || frame->data[plane] >= end)
            continue;
        size_t left = (size_t)(end - frame->data[plane]);
        return left > least ? FFMIN(left, stride * rows) : least;
    }
    return least;
}

static int fill_planes(const AVFrame *frame, lk_picture *out)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(frame->format);
    if (!desc || (desc->flags & AV_PIX_FMT_FLAG_HWACCEL))
        return AVERROR_PATCHWELCOME;
    out->planes = av_pix_fmt_count_planes(frame->format);
    if (out->planes < 1 || out->planes > LK_PLANES)
        return AVERROR_PATCHWELCOME;
    for (int i = 0; i < out->planes; i++) {
        int row_bytes = av_image_get_linesize(frame->format, frame->width, i);
        int chroma = (i == 1 || i == 2) && !(desc->flags & AV_PIX_FMT_FLAG_RGB);
        int rows = chroma ? AV_CEIL_RSHIFT(frame->height, desc->log2_chroma_h) : frame->height;
        if (!frame->data[i] || row_bytes <= 0 || rows <= 0 || frame->linesize[i] < row_bytes)
            return AVERROR_INVALIDDATA;
        out->data[i] = frame->data[i];
        out->stride[i] = frame->linesize[i];
        out->row_bytes[i] = row_bytes;
        out->rows[i] = rows;
        out->bytes[i] = plane_bytes(frame, i, frame->linesize[i], row_bytes, rows);
    }
    return 0;
}

int lk_decoder_receive_picture(lk_decoder *d, lk_picture *out, lk_failure *f)
{
    int ret = receive(d, f);
    if (ret < 0)
        return ret;
    // H.264 conceals even where errors are to be told.
    int strict = d->codec->err_recognition & AV_EF_EXPLODE;
    if (strict && (d->frame->decode_error_flags || d->frame->flags & AV_FRAME_FLAG_CORRUPT))
        ret = AVERROR_INVALIDDATA;
    if (ret >= 0)
        ret = lk_hardware_fetch(&d->frame);
    if (ret >= 0)
        ret = upright(&d->frame);
    if (ret >= 0)
        ret = fill_planes(d->frame, out);
    if (ret < 0) {
        av_frame_unref(d->frame);
        return fail(d, f, ret);
    }
    const AVFrame *frame = d->frame;
    out->pts = frame_time(d, frame);
    out->duration = lk_frame_duration(frame);
    out->width = frame->width;
    out->height = frame->height;
    out->format = frame->format;
    out->key = lk_frame_is_key(frame);
    out->matrix = frame->colorspace;
    out->range = frame->color_range;
    out->primaries = frame->color_primaries;
    out->transfer = frame->color_trc;
    out->chroma_location = frame->chroma_location;
    out->aspect = d->stream_aspect.num > 0 ? d->stream_aspect : frame->sample_aspect_ratio;
    const AVFrameSideData *matrix = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
    out->rotation = matrix ? lk_rotation(matrix->data, matrix->size) : d->rotation;
    const AVFrameSideData *captions = av_frame_get_side_data(frame, AV_FRAME_DATA_A53_CC);
    out->captions = captions ? captions->data : NULL;
    out->captions_size = captions ? (size_t)captions->size : 0;
    out->frame = d->frame;
    d->frame = NULL;
    return 0;
}

int lk_decoder_receive_sound(lk_decoder *d, lk_sound *out, lk_failure *f)
{
    int ret = receive(d, f);
    if (ret < 0)
        return ret;
    const AVFrame *frame = d->frame;
    out->pts = frame_time(d, frame);
    out->sample_rate = frame->sample_rate;
    out->channels = frame->ch_layout.nb_channels;
    out->samples = frame->nb_samples;
    out->frame = d->frame;
    d->frame = NULL;
    return 0;
}

void lk_frame_free(AVFrame *frame)
{
    av_frame_free(&frame);
}

// layout_of returns frame.Layout's number of what the renderer can read as it is.
static int layout_of(const AVPixFmtDescriptor *d)
{
    enum { OTHER, PLANAR, SEMI_PLANAR, GRAY };
    const uint64_t others = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                            AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER |
                            AV_PIX_FMT_FLAG_ALPHA;
    const AVComponentDescriptor *c = d->comp;
    int bytes = c[0].depth > 8 ? 2 : 1;
    if ((d->flags & others) || c[0].depth > 16 || c[0].plane != 0 || c[0].offset != 0 || c[0].step != bytes)
        return OTHER;
    if (d->nb_components == 1)
        return GRAY;
    if (d->nb_components != 3)
        return OTHER;
    for (int i = 1; i < 3; i++)
        if (c[i].depth != c[0].depth || c[i].shift != c[0].shift)
            return OTHER;
    if (c[1].plane == 1 && c[2].plane == 2 && c[1].step == bytes && c[2].step == bytes)
        return PLANAR;
    if (c[1].plane == 1 && c[2].plane == 1 && c[1].step == 2 * bytes && c[2].step == 2 * bytes && c[1].offset == 0)
        return SEMI_PLANAR;
    return OTHER;
}

void lk_pixel_format(int format, lk_pixels *out)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(format);
    *out = (lk_pixels){.name = "unknown"};
    if (!d)
        return;
    *out = (lk_pixels){
        .name = d->name,
        .layout = layout_of(d),
        .depth = d->comp[0].depth,
        .shift = d->comp[0].shift,
        .chroma_x = d->log2_chroma_w,
        .chroma_y = d->log2_chroma_h,
        .big_endian = (d->flags & AV_PIX_FMT_FLAG_BE) != 0,
    };
}
