#include <string.h>

#include <libavutil/avstring.h>
#include <libavutil/channel_layout.h>
#include <libavutil/common.h>
#include <libavutil/display.h>
#include <libavutil/intreadwrite.h>
#include <libavutil/mathematics.h>
#include <libavutil/opt.h>

#include "bridge.h"
#include "compat.h"
#include "rotation.h"
#include "soundheader.h"

// What the Go side exports: reader.go.
extern int latchkeyRead(uintptr_t reader, uint8_t *buffer, int size);
extern int64_t latchkeySeek(uintptr_t reader, int64_t offset, int whence);

enum {
    IO_BUFFER = 64 << 10,
    // Frames that the frame rate is guessed from where the header has none; FFmpeg's own 20 to 40 cost
    // a second of media before the first picture.
    FRAME_RATE_PROBE = 3,
    // Most key pictures that a seek goes back until one is shown early enough.
    SEEK_STEPS = 4,
};

// The containers that are played, under FFmpeg's names. No other demuxer runs, so none that opens
// further files or URLs (hls, dash, concat, image2, rtsp, sdp and the like).
static const char *const containers =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,ogg,mp3,aac,ac3,eac3,flac,wav,flv,avi";

static int on_read(void *opaque, uint8_t *buffer, int size)
{
    const lk_input *in = opaque;
    if (lk_memory_refused())
        return AVERROR(ENOMEM);
    return latchkeyRead(in->reader, buffer, size);
}

static int64_t on_seek(void *opaque, int64_t offset, int whence)
{
    const lk_input *in = opaque;
    return latchkeySeek(in->reader, offset, whence & ~AVSEEK_FORCE);
}

// refuse_open is asked for every further file or URL that a demuxer would open.
static int refuse_open(AVFormatContext *s, AVIOContext **pb, const char *url, int flags, AVDictionary **options)
{
    (void)s, (void)pb, (void)url, (void)flags, (void)options;
    return AVERROR(EPERM);
}

static int has_index_of(const AVInputFormat *format)
{
    return strcmp(format->name, "mpegts") && strcmp(format->name, "mpeg");
}

static int choose_format(lk_input *in, const lk_input_options *o, const char *name, const AVInputFormat **format)
{
    if (name && *name) {
        if (!av_match_list(name, containers, ',') || !(*format = av_find_input_format(name)))
            return LK_REFUSED;
        return 0;
    }
    int score = av_probe_input_buffer2(in->io, format, NULL, NULL, 0, (unsigned)o->probe_bytes);
    if (score < 0)
        return score;
    if (!av_match_list((*format)->name, containers, ','))
        return LK_REFUSED;
    return 0;
}

// compact gives a packet a buffer of its size. MPEG-TS reads each into one of 200 KB, and thousands
// of packets wait for the decoders.
static int compact(AVPacket *p)
{
    enum { WASTE = 16 << 10 };
    if (!p->buf || p->size < 0 || p->buf->size < 2 * (size_t)p->size + WASTE)
        return 0;
    AVBufferRef *buf = av_buffer_alloc((size_t)p->size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!buf)
        return AVERROR(ENOMEM);
    if (p->size > 0)
        memcpy(buf->data, p->data, p->size);
    memset(buf->data + p->size, 0, AV_INPUT_BUFFER_PADDING_SIZE);
    av_buffer_unref(&p->buf);
    p->buf = buf;
    p->data = buf->data;
    return 0;
}

// read_frame reads the next packet of the container.
static int read_frame(lk_input *in, AVPacket *p)
{
    int ret = av_read_frame(in->format, p);
    if (ret >= 0 && (ret = compact(p)) < 0)
        av_packet_unref(p);
    // What a demuxer makes of the bytes before a failing reader stopped may be cut off, which not every
    // one marks: MPEG-TS has pictures whose length is not written anywhere.
    if (ret >= 0 && in->io->error == LK_READER) {
        av_packet_unref(p);
        return LK_READER;
    }
    return ret;
}

// is_mov says whether the container is MP4 or one of its kin.
static int is_mov(const lk_input *in)
{
    return !strncmp(in->format->iformat->name, "mov", 3);
}

// sample_aes says whether MPEG-2 TS names a stream as one that is encrypted with SAMPLE-AES: by stream type, in
// whose place FFmpeg may have put the format identifier of the descriptor that such sound has. Apple, MPEG-2
// Stream Encryption Format for HTTP Live Streaming, 2.5.
static int sample_aes(const AVCodecParameters *p)
{
    switch (p->codec_tag) {
    case 0xDB: // H.264
    case 0xCF: // AAC
    case 0xC1: // AC-3
    case 0xC2: // E-AC-3
    case MKTAG('a', 'p', 'a', 'd'):
        return 1;
    }
    return 0;
}

// is_unknown_sound says whether a stream is encrypted sound whose parameters FFmpeg has not read: it reads no header
// of encrypted AAC; of E-AC-3 only the sample rate; and, from 7.1 on, nothing of AC-3 and E-AC-3, since the CRC of an
// encrypted frame is that of the clear one. encrypted says that of containers other than MPEG-2 TS.
static int is_unknown_sound(const AVStream *s, int encrypted)
{
    const AVCodecParameters *p = s->codecpar;
    if (!lk_has_sound_header(p->codec_id) || !(encrypted || sample_aes(p)))
        return 0;
    return p->sample_rate == 0 || (p->codec_id != AV_CODEC_ID_AAC && p->ch_layout.nb_channels == 0);
}

// describe_encrypted fills in the parameters of sound that is encrypted with SAMPLE-AES from the first frame's header,
// which is in the clear. FFmpeg would learn them by decoding, and read for seconds in vain. The packets that are read
// here are kept for lk_input_read.
static int describe_encrypted(lk_input *in, int encrypted)
{
    AVFormatContext *c = in->format;
    int unknown = 0;
    for (unsigned i = 0; i < c->nb_streams; i++)
        unknown += is_unknown_sound(c->streams[i], encrypted);
    while (unknown > 0 && in->held_count < LK_HELD) {
        AVPacket *p = av_packet_alloc();
        int ret = p ? read_frame(in, p) : AVERROR(ENOMEM);
        if (ret < 0) {
            av_packet_free(&p);
            return ret == AVERROR_EOF ? 0 : ret;
        }
        in->held[in->held_count++] = p;
        AVStream *s = c->streams[p->stream_index];
        if (!is_unknown_sound(s, encrypted) || !lk_describe_sound(s->codecpar, p->data, p->size))
            continue;
        unknown -= !is_unknown_sound(s, encrypted);
        // Without a container FFmpeg counts the times, and takes a frame of unknown length for one without length.
        in->recount = encrypted;
    }
    return 0;
}

// find_stream_info has FFmpeg find out what the container does not say, by decoding. Of encrypted
// sound that is nonsense: what was known before holds. So does the number of channels where there
// are too many for its decoders: from 7.1 on it comes back as 0.
static int find_stream_info(AVFormatContext *c, int encrypted)
{
    AVCodecParameters *known[LK_STREAMS] = {0};
    int channels[LK_STREAMS] = {0};
    int ret = 0;
    for (unsigned i = 0; i < c->nb_streams && i < LK_STREAMS && ret >= 0; i++) {
        const AVCodecParameters *p = c->streams[i]->codecpar;
        channels[i] = p->ch_layout.nb_channels;
        if (!encrypted || p->codec_type != AVMEDIA_TYPE_AUDIO || p->sample_rate == 0)
            continue;
        known[i] = avcodec_parameters_alloc();
        ret = known[i] ? avcodec_parameters_copy(known[i], p) : AVERROR(ENOMEM);
    }
    if (ret >= 0)
        ret = avformat_find_stream_info(c, NULL);
    for (unsigned i = 0; i < LK_STREAMS; i++) {
        if (known[i] && ret >= 0 && i < c->nb_streams) {
            int frame_size = c->streams[i]->codecpar->frame_size;
            ret = avcodec_parameters_copy(c->streams[i]->codecpar, known[i]);
            if (c->streams[i]->codecpar->frame_size == 0)
                c->streams[i]->codecpar->frame_size = frame_size;
        }
        avcodec_parameters_free(&known[i]);
        if (i < c->nb_streams && channels[i] > 0 && c->streams[i]->codecpar->ch_layout.nb_channels == 0)
            c->streams[i]->codecpar->ch_layout = (AVChannelLayout){.order = AV_CHANNEL_ORDER_UNSPEC, .nb_channels = channels[i]};
    }
    return ret;
}

// leave_out takes the streams of picture and sound beyond LK_MEDIA_STREAMS for data that nobody
// wants: each would get a decoder.
static void leave_out(AVFormatContext *c)
{
    int media = 0;
    for (unsigned i = 0; i < c->nb_streams; i++) {
        AVStream *s = c->streams[i];
        enum AVMediaType type = s->codecpar->codec_type;
        if ((type != AVMEDIA_TYPE_VIDEO && type != AVMEDIA_TYPE_AUDIO) || ++media <= LK_MEDIA_STREAMS)
            continue;
        s->codecpar->codec_type = AVMEDIA_TYPE_DATA;
        s->codecpar->codec_id = AV_CODEC_ID_NONE;
        s->discard = AVDISCARD_ALL;
    }
}

static int open_format(lk_input *in, const lk_input_options *o, const char *name)
{
    const AVInputFormat *format = NULL;
    int ret = choose_format(in, o, name, &format);
    if (ret < 0)
        return ret;
    if (!(in->format = avformat_alloc_context()))
        return AVERROR(ENOMEM);
    AVFormatContext *c = in->format;
    c->pb = in->io;
    c->flags |= AVFMT_FLAG_CUSTOM_IO;
    c->io_open = refuse_open;
    c->probesize = o->probe_bytes;
    c->max_analyze_duration = o->analyze_us;
    c->fps_probe_size = FRAME_RATE_PROBE;
    // The demuxers of MPEG-2 leave further streams out; others fail.
    c->max_streams = has_index_of(format) ? LK_STREAMS : LK_MEDIA_STREAMS;
    c->format_whitelist = av_strdup(containers);
    c->protocol_whitelist = av_strdup("none");
    c->codec_whitelist = av_strdup(lk_decoders(in->local));
    if (!c->format_whitelist || !c->protocol_whitelist || !c->codec_whitelist)
        return AVERROR(ENOMEM);
    // The index at the end of fragments (mfra) is read for the files of one packager alone, and
    // without end where an entry has no size.
    AVDictionary *options = NULL;
    if (!strncmp(format->name, "mov", 3) && (ret = av_dict_set(&options, "use_mfra_for", "0", 0)) < 0)
        return ret;
    // On failure this frees the context and sets in->format to NULL.
    ret = avformat_open_input(&in->format, NULL, format, &options);
    av_dict_free(&options);
    if (ret < 0)
        return ret;
    leave_out(in->format);
    // A sample of MP4 that is cut short spoils the picture before it, which is still in the decoder. In MPEG-TS the mark may stand on one that
    // lost next to nothing.
    if (is_mov(in))
        in->format->flags |= AVFMT_FLAG_DISCARD_CORRUPT;
    if ((ret = describe_encrypted(in, o->encrypted)) < 0)
        return ret;
    return find_stream_info(in->format, o->encrypted);
}

// has_media says whether a stream has what playing it needs to know.
static int has_media(const AVFormatContext *c)
{
    for (unsigned i = 0; i < c->nb_streams; i++) {
        const AVCodecParameters *p = c->streams[i]->codecpar;
        if (p->codec_id == AV_CODEC_ID_NONE)
            continue;
        if (p->codec_type == AVMEDIA_TYPE_VIDEO && p->width > 0 && p->height > 0)
            return 1;
        if (p->codec_type == AVMEDIA_TYPE_AUDIO && p->sample_rate > 0)
            return 1;
    }
    return 0;
}

static void forget_times(lk_input *in)
{
    for (int i = 0; i < LK_STREAMS; i++)
        in->next[i] = AV_NOPTS_VALUE;
}

int lk_input_open(const lk_input_options *o, const char *format, lk_input **out, lk_failure *f)
{
    lk_log_begin();
    lk_input *in = av_mallocz(sizeof *in);
    if (!in)
        return lk_fail(f, AVERROR(ENOMEM));
    in->reader = o->reader;
    in->local = o->local;
    in->segments = o->segments;
    forget_times(in);
    uint8_t *buffer = av_malloc(IO_BUFFER);
    if (buffer)
        in->io = avio_alloc_context(buffer, IO_BUFFER, 0, in, on_read, NULL, o->seekable ? on_seek : NULL);
    int ret = in->io ? 0 : AVERROR(ENOMEM);
    if (!in->io) {
        av_free(buffer);
    } else {
        in->io->seekable = o->seekable ? AVIO_SEEKABLE_NORMAL : 0;
        ret = open_format(in, o, format);
        if (ret >= 0 && !has_media(in->format))
            ret = AVERROR_INVALIDDATA;
        // FFmpeg makes do without a table or a picture that it got no memory for.
        if (ret >= 0 && lk_memory_refused())
            ret = AVERROR(ENOMEM);
    }
    if (ret < 0) {
        lk_fail(f, ret);
        lk_input_close(in);
        return ret;
    }
    *out = in;
    return 0;
}

static void drop_held(lk_input *in)
{
    while (in->held_next < in->held_count)
        av_packet_free(&in->held[in->held_next++]);
    in->held_next = in->held_count = 0;
}

void lk_input_close(lk_input *in)
{
    if (!in)
        return;
    drop_held(in);
    avformat_close_input(&in->format);
    if (in->io)
        av_freep(&in->io->buffer);
    avio_context_free(&in->io);
    av_free(in);
    lk_memory_trim();
}

int lk_input_stream_count(const lk_input *in)
{
    return (int)in->format->nb_streams;
}

static void copy_parameters(const AVStream *stream, lk_parameters *out)
{
    const AVCodecParameters *p = stream->codecpar;
    *out = (lk_parameters){
        .type = p->codec_type,
        .codec = p->codec_id,
        .format = p->format,
        .profile = p->profile,
        .level = p->level,
        .tag = p->codec_tag,
        .bit_rate = p->bit_rate,
        .bits_coded = p->bits_per_coded_sample,
        .bits_raw = p->bits_per_raw_sample,
        .width = p->width,
        .height = p->height,
        .field_order = p->field_order,
        .video_delay = p->video_delay,
        .range = p->color_range,
        .primaries = p->color_primaries,
        .transfer = p->color_trc,
        .matrix = p->color_space,
        .chroma_location = p->chroma_location,
        .sample_rate = p->sample_rate,
        .channels = p->ch_layout.nb_channels,
        .channel_order = p->ch_layout.order,
        .channel_mask = p->ch_layout.order == AV_CHANNEL_ORDER_NATIVE ? p->ch_layout.u.mask : 0,
        .block_align = p->block_align,
        .frame_size = p->frame_size,
        .initial_padding = p->initial_padding,
        .trailing_padding = p->trailing_padding,
        .seek_preroll = p->seek_preroll,
        .extradata_size = p->extradata ? p->extradata_size : 0,
        .codec_aspect = p->sample_aspect_ratio,
        .stream_aspect = stream->sample_aspect_ratio,
        .time_base = stream->time_base,
    };
    size_t size = 0;
    const uint8_t *matrix = lk_stream_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    if (matrix)
        out->rotation = lk_rotation(matrix, size);
}

// copy_systems tells of the pssh boxes. ISO/IEC 23001-7, 8.1.
static void copy_systems(const AVStream *stream, lk_stream *out)
{
    size_t size = 0;
    const uint8_t *data = lk_stream_side_data(stream, AV_PKT_DATA_ENCRYPTION_INIT_INFO, &size);
    AVEncryptionInitInfo *list = data ? av_encryption_init_info_get_side_data(data, size) : NULL;
    for (const AVEncryptionInitInfo *i = list; i && out->system_count < LK_SYSTEMS; i = i->next)
        if (i->system_id_size == LK_SYSTEM_ID)
            memcpy(out->systems[out->system_count++], i->system_id, LK_SYSTEM_ID);
    av_encryption_init_info_free(list);
}

static const char *tag_of(AVDictionary *d, const char *key)
{
    const AVDictionaryEntry *e = av_dict_get(d, key, NULL, 0);
    return e ? e->value : NULL;
}

void lk_input_stream(const lk_input *in, int index, lk_stream *out)
{
    AVStream *s = in->format->streams[index];
    *out = (lk_stream){
        .is_default = (s->disposition & AV_DISPOSITION_DEFAULT) != 0,
        .is_forced = (s->disposition & AV_DISPOSITION_FORCED) != 0,
        .is_commentary = (s->disposition & AV_DISPOSITION_COMMENT) != 0,
        .is_hearing_impaired = (s->disposition & AV_DISPOSITION_HEARING_IMPAIRED) != 0,
        .is_visual_impaired = (s->disposition & AV_DISPOSITION_VISUAL_IMPAIRED) != 0,
        .sample_aes = sample_aes(s->codecpar),
        .is_attached_picture = (s->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0,
        .start = s->start_time,
        .frame_rate = av_guess_frame_rate(in->format, s, NULL),
        .codec = avcodec_get_name(s->codecpar->codec_id),
        .profile = avcodec_profile_name(s->codecpar->codec_id, s->codecpar->profile),
        .language = tag_of(s->metadata, "language"),
        .title = tag_of(s->metadata, "title"),
        .extradata = s->codecpar->extradata,
    };
    copy_parameters(s, &out->parameters);
    out->parameters.local = in->local;
    copy_systems(s, out);
}

// complete_times fills in what FFmpeg leaves out for the sound that it has split up before it knew how
// long a packet of it plays: all but the first of the first PES packet of a transport stream.
static void complete_times(lk_input *in, AVPacket *p)
{
    const AVStream *s = in->format->streams[p->stream_index];
    const AVCodecParameters *par = s->codecpar;
    if (par->codec_type != AVMEDIA_TYPE_AUDIO || p->stream_index >= LK_STREAMS)
        return;
    int64_t *next = &in->next[p->stream_index];
    AVRational length = {par->frame_size, par->sample_rate};
    if (p->duration <= 0 && length.num > 1 && length.den > 0)
        p->duration = av_rescale_q(1, length, s->time_base);
    else
        length = (AVRational){0, 1};
    if (in->recount)
        p->pts = p->dts = *next == AV_NOPTS_VALUE ? 0 : *next;
    else if (p->pts == AV_NOPTS_VALUE && p->dts == AV_NOPTS_VALUE)
        p->pts = p->dts = *next;
    if (p->pts == AV_NOPTS_VALUE || p->duration <= 0)
        *next = AV_NOPTS_VALUE;
    else if (length.num)
        *next = av_add_stable(s->time_base, p->pts, length, 1);
    else
        *next = av_sat_add64(p->pts, p->duration);
}

// keep_presented clears the encoder delay that a packet in mid-presentation is marked with. From FFmpeg 7.1 on, the
// demuxer of MP4 puts the delay of the edit list on the first packet that it reads of fragments, wherever that is; only
// samples before the start of the presentation, at time 0, are delay. ISO/IEC 14496-12, 8.6.6.
static void keep_presented(const lk_input *in, const AVPacket *p)
{
    size_t size = 0;
    uint8_t *data = av_packet_get_side_data(p, AV_PKT_DATA_SKIP_SAMPLES, &size);
    if (data && size >= sizeof(uint32_t) && is_mov(in) && p->pts != AV_NOPTS_VALUE && p->pts >= 0)
        AV_WL32(data, 0);
}

// copy_encryption tells how a packet is encrypted, if it is. What says so and cannot be read is an error:
// such a packet is no clear one.
static int copy_encryption(const AVPacket *p, lk_packet *out)
{
    size_t size = 0;
    const uint8_t *data = av_packet_get_side_data(p, AV_PKT_DATA_ENCRYPTION_INFO, &size);
    if (!data)
        return 0;
    out->encryption = av_encryption_info_get_side_data(data, size);
    return out->encryption ? 0 : AVERROR_INVALIDDATA;
}

int lk_input_read(lk_input *in, lk_packet *out, lk_failure *f)
{
    lk_log_begin();
    if (!out->packet && !(out->packet = av_packet_alloc()))
        return lk_fail(f, AVERROR(ENOMEM));
    AVPacket *p = out->packet;
    av_packet_unref(p);
    av_encryption_info_free(out->encryption);
    out->encryption = NULL;
    int ret = 0;
    if (in->held_next < in->held_count) {
        av_packet_move_ref(p, in->held[in->held_next]);
        av_packet_free(&in->held[in->held_next++]);
    } else {
        ret = read_frame(in, p);
    }
    if (ret >= 0) {
        complete_times(in, p);
        keep_presented(in, p);
        // The demuxer of MP4 has fragments left out whose times lie before those of others.
        if (in->segments)
            p->flags &= ~AV_PKT_FLAG_DISCARD;
        ret = copy_encryption(p, out);
    }
    out->position = p->pos;
    out->pts = p->pts;
    out->dts = p->dts;
    out->duration = p->duration;
    out->data = p->data;
    out->size = p->size;
    out->stream = p->stream_index;
    out->key = (p->flags & AV_PKT_FLAG_KEY) != 0;
    return ret < 0 ? lk_fail(f, ret) : 0;
}

int lk_packet_writable(lk_packet *p, lk_failure *f)
{
    lk_log_begin();
    int ret = av_packet_make_writable(p->packet);
    p->data = p->packet->data;
    return ret < 0 ? lk_fail(f, ret) : 0;
}

void lk_packet_shrink(lk_packet *p, int size)
{
    av_shrink_packet(p->packet, size);
    p->size = p->packet->size;
}

void lk_packet_shift(lk_packet *p, int64_t ticks)
{
    AVPacket *q = p->packet;
    if (q->pts != AV_NOPTS_VALUE)
        q->pts = av_sat_add64(q->pts, ticks);
    if (q->dts != AV_NOPTS_VALUE)
        q->dts = av_sat_add64(q->dts, ticks);
    p->pts = q->pts;
    p->dts = q->dts;
}

void lk_packet_free(lk_packet *p)
{
    av_packet_free(&p->packet);
    av_encryption_info_free(p->encryption);
    p->encryption = NULL;
    p->data = NULL;
    p->size = 0;
}

// has_index says whether the container says where its packets are. In the others FFmpeg guesses.
static int has_index(const lk_input *in)
{
    return has_index_of(in->format->iformat);
}

static int seek_frame(lk_input *in, int stream, int64_t at, int flags)
{
    drop_held(in);
    in->io->error = 0;
    in->io->eof_reached = 0;
    return av_seek_frame(in->format, stream, at, flags);
}

// peek reads up to the next packet of a stream, which stays with the others for lk_input_read. It returns
// NULL when there is none, for whatever reason: who reads on is told.
static const AVPacket *peek(lk_input *in, int stream)
{
    while (in->held_count < LK_HELD) {
        AVPacket *p = av_packet_alloc();
        if (!p || read_frame(in, p) < 0) {
            av_packet_free(&p);
            return NULL;
        }
        in->held[in->held_count++] = p;
        if (p->stream_index == stream)
            return p;
    }
    return NULL;
}

// seek_shown seeks in a container with an index to the last key picture that is shown at or before at.
// Some containers have times of decoding in their index (mov without an edit list, so most fragments;
// flv), which lead to the first key picture after at where pictures are decoded long before they are shown.
static int seek_shown(lk_input *in, int stream, int64_t at)
{
    int ret = seek_frame(in, stream, at, AVSEEK_FLAG_BACKWARD);
    const AVStream *s = in->format->streams[stream];
    if (ret < 0 || s->codecpar->codec_type != AVMEDIA_TYPE_VIDEO || at <= s->start_time)
        return ret;
    int64_t last = INT64_MAX;
    for (int steps = 0; steps < SEEK_STEPS; steps++) {
        const AVPacket *p = peek(in, stream);
        if (!p || p->pts == AV_NOPTS_VALUE || p->dts == AV_NOPTS_VALUE || p->pts <= at || p->dts >= last)
            return 0;
        last = p->dts;
        if (seek_frame(in, stream, FFMIN(last, at) - 1, AVSEEK_FLAG_BACKWARD) < 0)
            return seek_frame(in, stream, at, AVSEEK_FLAG_BACKWARD);
    }
    return 0;
}

int lk_input_seek(lk_input *in, int stream, int64_t ns, lk_failure *f)
{
    lk_log_begin();
    if (stream < 0 || stream >= (int)in->format->nb_streams)
        return lk_fail(f, AVERROR(EINVAL));
    forget_times(in);
    // Down to a tick, which may be as long as a picture, but for what the time lost on its way here.
    int64_t at = av_rescale_q_rnd(av_sat_add64(ns, 1000), (AVRational){1, 1000000000},
                                  in->format->streams[stream]->time_base, AV_ROUND_DOWN);
    int ret;
    if (has_index(in))
        ret = seek_shown(in, stream, at);
    else if (ns / 1000 <= lk_input_start_us(in))
        // The guess goes by times of decoding, which would pass over the first key picture.
        ret = seek_frame(in, -1, 0, AVSEEK_FLAG_BYTE);
    else
        ret = seek_frame(in, stream, at, AVSEEK_FLAG_BACKWARD);
    return ret < 0 ? lk_fail(f, ret) : 0;
}

int64_t lk_input_duration_us(const lk_input *in)
{
    return in->format->duration == AV_NOPTS_VALUE ? 0 : in->format->duration;
}

int64_t lk_input_start_us(const lk_input *in)
{
    int64_t lowest = AV_NOPTS_VALUE;
    for (unsigned i = 0; i < in->format->nb_streams; i++) {
        const AVStream *s = in->format->streams[i];
        enum AVMediaType type = s->codecpar->codec_type;
        if ((type != AVMEDIA_TYPE_VIDEO && type != AVMEDIA_TYPE_AUDIO) || s->start_time == AV_NOPTS_VALUE ||
            (s->disposition & AV_DISPOSITION_ATTACHED_PIC))
            continue;
        int64_t start = av_rescale_q(s->start_time, s->time_base, AV_TIME_BASE_Q);
        if (lowest == AV_NOPTS_VALUE || start < lowest)
            lowest = start;
    }
    return lowest == AV_NOPTS_VALUE ? 0 : lowest;
}

const char *lk_input_format(const lk_input *in)
{
    return in->format->iformat->name;
}

const char *lk_input_tag(const lk_input *in, const char *key)
{
    return tag_of(in->format->metadata, key);
}
