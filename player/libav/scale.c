#include <string.h>

#include <libavutil/common.h>
#include <libavutil/imgutils.h>
#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

#include "bridge.h"

// libswscale's SIMD works on runs of samples: it reads and writes up to the next multiple of RUN of a
// row. Pictures that have no room for that go through aligned memory.
enum { RUN = 16, RGBA_BYTES = 4, ROW_ALIGNMENT = 64 };

int lk_pixel_format_by_name(const char *name)
{
    int format = av_get_pix_fmt(name);
    const AVPixFmtDescriptor *d = format < 0 ? NULL : av_pix_fmt_desc_get(format);
    if (!d || !sws_isSupportedInput(format) || (d->flags & AV_PIX_FMT_FLAG_PAL))
        return -1;
    return format;
}

static int coefficients(int matrix)
{
    switch (matrix) {
    case AVCOL_SPC_BT709:
        return SWS_CS_ITU709;
    case AVCOL_SPC_FCC:
        return SWS_CS_FCC;
    case AVCOL_SPC_SMPTE240M:
        return SWS_CS_SMPTE240M;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
        return SWS_CS_BT2020;
    default:
        return SWS_CS_ITU601;
    }
}

static int prepare(lk_scaler *s, const lk_scale *w)
{
    s->sws = sws_getCachedContext(s->sws, w->width, w->height, w->format, w->to_width, w->to_height, AV_PIX_FMT_RGBA,
                                  SWS_BILINEAR, NULL, NULL, NULL);
    if (!s->sws)
        return AVERROR(EINVAL);
    const int *from = sws_getCoefficients(coefficients(w->matrix)), *to = sws_getCoefficients(SWS_CS_DEFAULT);
    // A negative answer says that there is nothing to set, as for RGB.
    sws_setColorspaceDetails(s->sws, from, w->full_range, to, 1, 0, 1 << 16, 1 << 16);
    return 0;
}

// source points planes and strides at rows that may be read up to a multiple of RUN.
static int source(lk_scaler *s, const lk_scale *w, const uint8_t *planes[4], int strides[4])
{
    int tight = 0, count = av_pix_fmt_count_planes(w->format);
    for (int i = 0; i < count; i++) {
        int row = av_image_get_linesize(w->format, w->width, i);
        tight = tight || strides[i] < FFALIGN(row, RUN);
    }
    if (!tight)
        return 0;
    AVFrame *c = s->copy;
    if (!c || c->format != w->format || c->width != w->width || c->height != w->height) {
        av_frame_free(&s->copy);
        if (!(c = s->copy = av_frame_alloc()))
            return AVERROR(ENOMEM);
        c->format = w->format;
        c->width = w->width;
        c->height = w->height;
        int ret = av_frame_get_buffer(c, 0);
        if (ret < 0) {
            av_frame_free(&s->copy);
            return ret;
        }
    }
    av_image_copy(c->data, c->linesize, planes, strides, w->format, w->width, w->height);
    for (int i = 0; i < count; i++) {
        planes[i] = c->data[i];
        strides[i] = c->linesize[i];
    }
    return 0;
}

// add_chroma makes 4:2:0 with neutral chroma of 8-bit grey of limited range, which libswscale takes for full range.
static int add_chroma(lk_scaler *s, lk_scale *w, const uint8_t *planes[4], int strides[4])
{
    if (w->format != AV_PIX_FMT_GRAY8 || w->full_range)
        return 0;
    int stride = FFALIGN((w->width + 1) / 2, ROW_ALIGNMENT);
    size_t bytes = (size_t)stride * ((w->height + 1) / 2);
    if (bytes > s->neutral_bytes) {
        av_freep(&s->neutral);
        s->neutral_bytes = 0;
        if (!(s->neutral = av_malloc(bytes)))
            return AVERROR(ENOMEM);
        s->neutral_bytes = bytes;
        memset(s->neutral, 128, bytes);
    }
    w->format = AV_PIX_FMT_YUV420P;
    planes[1] = planes[2] = s->neutral;
    strides[1] = strides[2] = stride;
    return 0;
}

int lk_scaler_run(lk_scaler *s, const lk_scale *what, const uint8_t *p0, const uint8_t *p1, const uint8_t *p2,
                  const uint8_t *p3, uint8_t *to, lk_failure *f)
{
    lk_log_begin();
    lk_scale copy = *what, *w = &copy;
    const uint8_t *planes[4] = {p0, p1, p2, p3};
    int strides[4] = {w->stride[0], w->stride[1], w->stride[2], w->stride[3]};
    int ret = add_chroma(s, w, planes, strides);
    if (ret >= 0)
        ret = prepare(s, w);
    if (ret < 0)
        return lk_fail(f, ret);
    if ((ret = source(s, w, planes, strides)) < 0)
        return lk_fail(f, ret);
    int row = w->to_width * RGBA_BYTES, direct = w->to_width % RUN == 0 && (uintptr_t)to % RUN == 0 && w->to_stride % RUN == 0;
    uint8_t *rows[4] = {to};
    int row_strides[4] = {w->to_stride};
    if (!direct) {
        row_strides[0] = FFALIGN(row, ROW_ALIGNMENT);
        size_t bytes = (size_t)row_strides[0] * w->to_height + ROW_ALIGNMENT;
        if (bytes > s->rows_bytes) {
            av_freep(&s->rows);
            s->rows_bytes = 0;
            if (!(s->rows = av_malloc(bytes)))
                return lk_fail(f, AVERROR(ENOMEM));
            s->rows_bytes = bytes;
        }
        rows[0] = s->rows;
    }
    ret = sws_scale(s->sws, planes, strides, 0, w->height, rows, row_strides);
    if (ret < 0)
        return lk_fail(f, ret);
    if (!direct)
        av_image_copy_plane(to, w->to_stride, rows[0], row_strides[0], row, w->to_height);
    return 0;
}

void lk_scaler_free(lk_scaler *s)
{
    sws_freeContext(s->sws);
    av_freep(&s->rows);
    av_frame_free(&s->copy);
    av_freep(&s->neutral);
    *s = (lk_scaler){0};
}
