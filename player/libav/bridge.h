// What the Go side of the package calls. Everything here is plain C over FFmpeg's public API; each
// function makes as much of one step as it can, so that a packet or a frame costs one crossing.
#ifndef LATCHKEY_LIBAV_BRIDGE_H
#define LATCHKEY_LIBAV_BRIDGE_H

#include <stddef.h>
#include <stdint.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/encryption_info.h>

enum {
    LK_ERROR_TEXT = 96,  // bytes of FFmpeg's own text of a code
    LK_ERROR_LINE = 200, // bytes of the last line that FFmpeg logged as an error
    LK_PLANES = 4,
    LK_STREAMS = 128, // most streams of a container
    LK_MEDIA_STREAMS = 32, // most of them that are picture or sound; further ones are left out
    LK_HELD = 64,     // most packets that a seek reads to see where it went
    LK_SYSTEMS = 16,  // most protection systems of a stream that are told of
    LK_SYSTEM_ID = 16,
    LK_MEMORY_LIMIT = 640 << 20, // bytes of the C heap with which an allocation of FFmpeg's fails
};

// lk_failure says why a function failed. It is written on failure alone.
typedef struct lk_failure {
    int code;
    char text[LK_ERROR_TEXT];
    char line[LK_ERROR_LINE];
} lk_failure;

// Codes that errors are told apart by.
enum {
    LK_AGAIN = AVERROR(EAGAIN),
    LK_EOF = AVERROR_EOF,
    LK_INVALID = AVERROR_INVALIDDATA,
    LK_ARGUMENT = AVERROR(EINVAL),
    LK_IO = AVERROR(EIO),
    LK_NO_MEMORY = AVERROR(ENOMEM),
    LK_NO_DECODER = AVERROR_DECODER_NOT_FOUND,
    LK_UNSUPPORTED = AVERROR_PATCHWELCOME,
    LK_REFUSED = AVERROR_DEMUXER_NOT_FOUND, // a container outside the allow-list
    LK_READER = AVERROR_EXTERNAL,           // the Go reader failed, and keeps the error
};

// log.c
void lk_log_install(void);
void lk_log_begin(void);                 // forgets this thread's last line and refused allocations
int lk_fail(lk_failure *f, int code);    // fills f from code and the last line; returns code

// memory.c
void lk_memory_install(void);
int64_t lk_memory_pictures(void);   // bytes of the pictures of one decoder
int lk_memory_bounded(void);        // whether the heap as a whole is bounded, and not only each block
void lk_memory_limit(size_t bytes); // of the C heap
size_t lk_memory_used(void);        // bytes of the C heap, 0 when not known
void lk_memory_begin(void);         // forgets this thread's refusals
int lk_memory_refused(void);        // whether an allocation of this thread's was refused since
uint64_t lk_memory_refusals(void);  // over all threads
void lk_memory_trim(void);          // gives free memory back to the system if an allocation was refused
void lk_memory_fail(long next, long every, size_t block); // for tests: see failAllocation

// codecs.c
const char *lk_decoders(int local);                             // names of the decoders that run, with commas between
const AVCodec *lk_decoder_of(enum AVCodecID id, int local);     // NULL without one that runs

// input.c
typedef struct lk_input {
    AVFormatContext *format;
    AVIOContext *io;
    uintptr_t reader; // cgo.Handle of the Go reader
    int64_t next[LK_STREAMS]; // end of each stream's last packet in its ticks, or AV_NOPTS_VALUE
    int local;                  // a person chose the medium: lk_decoders
    int recount;                // the times that FFmpeg counts are too early
    int segments;               // see lk_input_options
    AVPacket *held[LK_HELD];  // read ahead by a seek, from held_next to held_count
    int held_next, held_count;
} lk_input;

typedef struct lk_input_options {
    uintptr_t reader;
    int seekable;
    int local;
    int encrypted; // the samples, of what does not say so where FFmpeg looks
    int segments;  // the medium is segments one after another, whose times may start again
    int64_t probe_bytes;
    int64_t analyze_us;
} lk_input_options;

// lk_parameters is what a decoder needs to know of a stream, without a pointer.
typedef struct lk_parameters {
    int type, codec, format, profile, level;
    uint32_t tag;
    int64_t bit_rate;
    int bits_coded, bits_raw;
    int width, height, field_order, video_delay;
    int range, primaries, transfer, matrix, chroma_location;
    int sample_rate, channels, channel_order;
    uint64_t channel_mask;
    int block_align, frame_size, initial_padding, trailing_padding, seek_preroll;
    int extradata_size;
    AVRational codec_aspect;  // of the bitstream
    AVRational stream_aspect; // of the container, which wins
    AVRational time_base;
    int rotation; // degrees clockwise
    int local;    // the input's
} lk_parameters;

// lk_stream describes a stream. The strings belong to the input.
typedef struct lk_stream {
    lk_parameters parameters;
    int is_default, is_forced, is_commentary, is_hearing_impaired, is_visual_impaired, is_attached_picture, sample_aes;
    int64_t start;
    AVRational frame_rate;
    const char *codec, *profile, *language, *title;
    const uint8_t *extradata;
    int system_count;
    uint8_t systems[LK_SYSTEMS][LK_SYSTEM_ID]; // that can decrypt the stream
} lk_stream;

// lk_packet is a compressed packet, flattened.
typedef struct lk_packet {
    AVPacket *packet;
    int64_t pts, dts, duration, position;
    uint8_t *data;
    int size, stream, key;
    AVEncryptionInfo *encryption; // NULL when the packet is clear
} lk_packet;

int lk_input_open(const lk_input_options *o, const char *format, lk_input **out, lk_failure *f);
int lk_input_stream_count(const lk_input *in);
void lk_input_stream(const lk_input *in, int index, lk_stream *out);
int lk_input_read(lk_input *in, lk_packet *out, lk_failure *f);
int lk_input_seek(lk_input *in, int stream, int64_t ns, lk_failure *f);
int64_t lk_input_duration_us(const lk_input *in); // 0 when unknown
int64_t lk_input_start_us(const lk_input *in);    // of picture and sound, 0 when unknown
const char *lk_input_format(const lk_input *in);
const char *lk_input_tag(const lk_input *in, const char *key); // NULL without one
void lk_input_close(lk_input *in);
int lk_packet_writable(lk_packet *p, lk_failure *f);
void lk_packet_shrink(lk_packet *p, int size);
void lk_packet_shift(lk_packet *p, int64_t ticks);
void lk_packet_free(lk_packet *p);

// hardware.c
int lk_hardware_types(enum AVCodecID id, int *types, int room);
int lk_hardware_next(int type);
const char *lk_hardware_name(int type);
AVBufferRef *lk_hardware_open(int type);
int lk_hardware_fetch(AVFrame **frame);

// decode.c
typedef struct lk_decoder {
    AVCodecContext *codec;
    AVFrame *frame; // the next frame's, or NULL
    AVRational stream_aspect;
    int rotation;
    int64_t next; // end of the last frame in ticks, or AV_NOPTS_VALUE
    uint64_t refusals; // of memory, before it was opened
    int64_t max_pixels; // of a picture, 0: as many as fit into memory
    int64_t oversize;   // width << 32 | height of a picture that has more; accessed atomically
    int short_of_memory; // a picture was refused; accessed atomically
} lk_decoder;

// lk_picture is a decoded picture, flattened. The planes are the frame's.
typedef struct lk_picture {
    AVFrame *frame;
    int64_t pts, duration;
    int width, height, format, key, rotation;
    int matrix, range, primaries, transfer, chroma_location;
    AVRational aspect;
    int planes;
    uint8_t *data[LK_PLANES];
    size_t bytes[LK_PLANES];
    int stride[LK_PLANES], row_bytes[LK_PLANES], rows[LK_PLANES];
    const uint8_t *captions; // the frame's cc_data, NULL without
    size_t captions_size;
} lk_picture;

// lk_pixels describes a pixel format. layout is that of frame.Layout.
typedef struct lk_pixels {
    const char *name;
    int layout, depth, shift, chroma_x, chroma_y, big_endian;
} lk_pixels;

// lk_sound is a decoded stretch of sound, flattened.
typedef struct lk_sound {
    AVFrame *frame;
    int64_t pts;
    int sample_rate, channels, samples;
} lk_sound;

typedef struct lk_decoder_options {
    int threads, strict;
    int64_t max_pixels;
} lk_decoder_options;

int lk_decoder_open(const lk_parameters *p, const uint8_t *extradata, const lk_decoder_options *o, AVBufferRef *device,
                    lk_decoder **out, lk_failure *f);
int64_t lk_decoder_oversize(lk_decoder *d); // see lk_decoder.oversize, 0 without such a picture
int lk_decoder_send(lk_decoder *d, AVPacket *packet, lk_failure *f);
int lk_decoder_receive_picture(lk_decoder *d, lk_picture *out, lk_failure *f);
int lk_decoder_receive_sound(lk_decoder *d, lk_sound *out, lk_failure *f);
void lk_decoder_skip(lk_decoder *d, int nonreference);
void lk_decoder_flush(lk_decoder *d);
void lk_decoder_close(lk_decoder *d);
void lk_pixel_format(int format, lk_pixels *out);
void lk_frame_free(AVFrame *frame);
int lk_frame_replace(AVFrame **frame, AVFrame *copy, int ret);

// captions.c
int lk_captions_open(AVCodecContext **out, lk_failure *f);
int lk_captions_decode(AVCodecContext *codec, const uint8_t *data, int size, int64_t us, char *text, int room, lk_failure *f);
void lk_captions_close(AVCodecContext *codec);

// resample.c
typedef struct lk_resampler {
    struct SwrContext *swr;
    AVChannelLayout layout; // of the input
    int format, rate;
} lk_resampler;

int lk_sound_s16(AVFrame *frame, uint8_t *out, lk_failure *f);
lk_resampler *lk_resampler_new(void);
int lk_resampler_fits(const lk_resampler *r, const AVFrame *frame);  // whether frame has the format of those before
int lk_resampler_bound(const lk_resampler *r, int samples);          // most samples that come out next
int lk_resampler_setup(lk_resampler *r, const AVFrame *frame, lk_failure *f);
int lk_resampler_convert(lk_resampler *r, const AVFrame *frame, int from, int count, float *out, int capacity, lk_failure *f);
void lk_resampler_reset(lk_resampler *r);
void lk_resampler_free(lk_resampler *r);

// tempo.c
typedef struct lk_tempo {
    struct AVFilterGraph *graph;
    struct AVFilterContext *source, *sink;
    AVFrame *frame; // being taken
    int taken;      // samples of it that are
    int64_t next;   // time stamp of the next sample in
} lk_tempo;

int lk_tempo_new(const char *filters, int rate, lk_tempo **out, lk_failure *f);
int lk_tempo_write(lk_tempo *t, const float *samples, int count, lk_failure *f); // count 0 ends the input
int lk_tempo_read(lk_tempo *t, float *out, int capacity, lk_failure *f);         // 0 when nothing is ready
void lk_tempo_free(lk_tempo *t);

// scale.c
typedef struct lk_scaler {
    struct SwsContext *sws;
    uint8_t *rows; // an aligned picture, where the destination is not
    size_t rows_bytes;
    AVFrame *copy; // an aligned source, where the source is not
    uint8_t *neutral; // a plane of chroma without colour
    size_t neutral_bytes;
} lk_scaler;

typedef struct lk_scale {
    int width, height, format;
    int stride[LK_PLANES];
    int to_width, to_height, to_stride;
    int matrix, full_range;
} lk_scale;

int lk_pixel_format_by_name(const char *name); // negative when there is none
int lk_scaler_run(lk_scaler *s, const lk_scale *what, const uint8_t *p0, const uint8_t *p1, const uint8_t *p2,
                  const uint8_t *p3, uint8_t *to, lk_failure *f);
void lk_scaler_free(lk_scaler *s);

// version.c
typedef struct lk_versions {
    unsigned avformat, avcodec, avutil, avfilter, swscale, swresample;
    const char *ffmpeg, *license;
} lk_versions;

void lk_library_versions(lk_versions *out);

#endif
