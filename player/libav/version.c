#include <libavfilter/avfilter.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>

#include "bridge.h"

void lk_library_versions(lk_versions *out)
{
    *out = (lk_versions){
        .avformat = avformat_version(),
        .avcodec = avcodec_version(),
        .avutil = avutil_version(),
        .avfilter = avfilter_version(),
        .swscale = swscale_version(),
        .swresample = swresample_version(),
        .ffmpeg = av_version_info(),
        .license = avutil_license(),
    };
}
