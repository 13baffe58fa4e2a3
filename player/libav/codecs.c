// The decoders that run. Others of FFmpeg's, some 500, are rarely needed and rarely looked at: none
// of them gets bytes.
#include <libavutil/avstring.h>

#include "bridge.h"

// What is sent over networks, and what the containers of files carry that are played from there.
#define NETWORK                                                                                                        \
    "h264,hevc,libdav1d,libaom-av1,av1,vp8,libvpx,vp9,libvpx-vp9,mpeg1video,mpeg2video,mpeg4,mjpeg,png,theora,flv,"     \
    "aac,aac_fixed,aac_latm,ac3,ac3_fixed,eac3,mp1,mp1float,mp2,mp2float,mp3,mp3float,flac,alac,opus,libopus,vorbis,"   \
    "libvorbis,pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,"          \
    "pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw,pcm_bluray,pcm_dvd,"                                                        \
    "cc_dec,webvtt,subrip,srt,ass,ssa,mov_text"

// What people's own files have besides: of cameras, of studios, and of the years before MP4.
#define FILES                                                                                                          \
    ",vc1,wmv1,wmv2,wmv3,msmpeg4v1,msmpeg4v2,msmpeg4,h261,h263,h263p,vp6,vp6a,vp6f,svq1,svq3,cinepak,dvvideo,prores,"   \
    "dnxhd,rawvideo,dca,truehd,mlp,wmav1,wmav2,wmapro,dvaudio,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,adpcm_swf,amrnb,"      \
    "amrwb,libopencore_amrnb,libopencore_amrwb,speex,libspeex,nellymoser,gsm,gsm_ms,wavpack,tta,qdm2,pcm_s64le,"        \
    "pcm_s64be,pcm_u16le,pcm_u16be,pcm_u24le,pcm_u24be,pcm_u32le,pcm_u32be,dvdsub,dvbsub,pgssub"

const char *lk_decoders(int local) { return local ? NETWORK FILES : NETWORK; }

const AVCodec *lk_decoder_of(enum AVCodecID id, int local)
{
    const AVCodec *codec = avcodec_find_decoder(id);
    return codec && av_match_list(codec->name, lk_decoders(local), ',') ? codec : NULL;
}
