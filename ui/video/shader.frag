// Draws a YCbCr picture whose planes lie in RGBA textures as they were decoded: four samples of 8 bit,
// or two of 16, to a texel. LAYOUT and WORDS are defined before this text.
//
// LAYOUT 1: planes y, u, v.  2: planes y, uv.  3: plane y alone.
// WORDS 0: samples of one byte.  1: of two bytes.
//
// Fyne filters textures linearly. Across a row that would mix samples of one texel's neighbours, so
// that columns are always fetched at texel centres and mixed here. Down a column it is what bilinear
// scaling needs, and is used for samples of one byte.

uniform vec2 frame;  // size of the window in pixels
uniform vec4 bounds; // left, top, right and bottom of this object in pixels

uniform sampler2D y;
#if LAYOUT == 1
uniform sampler2D u;
uniform sampler2D v;
#elif LAYOUT == 2
uniform sampler2D uv;
#endif

uniform float lumaWidth, lumaHeight;     // in samples
uniform float lumaTexels;                // texels in a row of texture y
uniform float chromaWidth, chromaHeight; // in samples
uniform float chromaTexels;
uniform float chromaScaleX, chromaScaleY; // luma samples to a chroma sample, inverted
uniform float chromaShiftX, chromaShiftY; // where chroma sits, in chroma samples
uniform float turnXX, turnXY, turnX0, turnYX, turnYY, turnY0;
uniform float byte0, byte1;             // weights of the bytes of a word
uniform float lumaMul, lumaAdd;         // texture value or word to 0..1
uniform float chromaMul, chromaAdd;     // to -0.5..0.5
uniform float redV, greenU, greenV, blueU;

#if WORDS == 0
// texels a row apart are mixed by the texture unit.
float row(float at, float rows)
{
    return clamp(at, 0.5, rows - 0.5) / rows;
}

// byteOf returns sample x of the four in a texel.
float byteOf(vec4 texel, float x)
{
    float c = x - 4.0 * floor(x * 0.25);
    return dot(texel, vec4(equal(vec4(c), vec4(0.0, 1.0, 2.0, 3.0))));
}

float sampleAt(sampler2D plane, vec2 at, vec2 size, float texels)
{
    float x = clamp(at.x - 0.5, 0.0, size.x - 1.0);
    float x0 = floor(x);
    float x1 = min(x0 + 1.0, size.x - 1.0);
    float r = row(at.y, size.y);
    vec4 a = texture2D(plane, vec2((floor(x0 * 0.25) + 0.5) / texels, r));
    vec4 b = texture2D(plane, vec2((floor(x1 * 0.25) + 0.5) / texels, r));
    return mix(byteOf(a, x0), byteOf(b, x1), x - x0);
}

vec2 pairOf(vec4 texel, float x)
{
    return x - 2.0 * floor(x * 0.5) < 0.5 ? texel.rg : texel.ba;
}

vec2 pairAt(sampler2D plane, vec2 at, vec2 size, float texels)
{
    float x = clamp(at.x - 0.5, 0.0, size.x - 1.0);
    float x0 = floor(x);
    float x1 = min(x0 + 1.0, size.x - 1.0);
    float r = row(at.y, size.y);
    vec4 a = texture2D(plane, vec2((floor(x0 * 0.5) + 0.5) / texels, r));
    vec4 b = texture2D(plane, vec2((floor(x1 * 0.5) + 0.5) / texels, r));
    return mix(pairOf(a, x0), pairOf(b, x1), x - x0);
}
#else
// bytes returns the four bytes of the texel at column and row, exactly: filtering at a texel's centre
// may be off by a little, which would be 256 times as much in a high byte.
vec4 bytes(sampler2D plane, float column, float r, float texels, float rows)
{
    return floor(texture2D(plane, vec2((column + 0.5) / texels, (r + 0.5) / rows)) * 255.0 + 0.5);
}

float word(sampler2D plane, float x, float r, float texels, float rows)
{
    vec4 b = bytes(plane, floor(x * 0.5), r, texels, rows);
    return dot(x - 2.0 * floor(x * 0.5) < 0.5 ? b.rg : b.ba, vec2(byte0, byte1));
}

float sampleAt(sampler2D plane, vec2 at, vec2 size, float texels)
{
    vec2 p = clamp(at - 0.5, vec2(0.0), size - 1.0);
    vec2 p0 = floor(p);
    vec2 p1 = min(p0 + 1.0, size - 1.0);
    vec2 f = p - p0;
    float top = mix(word(plane, p0.x, p0.y, texels, size.y), word(plane, p1.x, p0.y, texels, size.y), f.x);
    float bottom = mix(word(plane, p0.x, p1.y, texels, size.y), word(plane, p1.x, p1.y, texels, size.y), f.x);
    return mix(top, bottom, f.y);
}

vec2 words(sampler2D plane, float x, float r, float texels, float rows)
{
    vec4 b = bytes(plane, x, r, texels, rows);
    return vec2(dot(b.rg, vec2(byte0, byte1)), dot(b.ba, vec2(byte0, byte1)));
}

vec2 pairAt(sampler2D plane, vec2 at, vec2 size, float texels)
{
    vec2 p = clamp(at - 0.5, vec2(0.0), size - 1.0);
    vec2 p0 = floor(p);
    vec2 p1 = min(p0 + 1.0, size - 1.0);
    vec2 f = p - p0;
    vec2 top = mix(words(plane, p0.x, p0.y, texels, size.y), words(plane, p1.x, p0.y, texels, size.y), f.x);
    vec2 bottom = mix(words(plane, p0.x, p1.y, texels, size.y), words(plane, p1.x, p1.y, texels, size.y), f.x);
    return mix(top, bottom, f.y);
}
#endif

void main()
{
    vec2 at = vec2(gl_FragCoord.x, frame.y - gl_FragCoord.y);
    // Fyne's quad is a little larger than the object.
    if (at.x < bounds.x || at.y < bounds.y || at.x > bounds.z || at.y > bounds.w)
    {
        discard;
    }
    vec2 upright = (at - bounds.xy) / (bounds.zw - bounds.xy);
    vec2 stored = vec2(
        turnXX * upright.x + turnXY * upright.y + turnX0,
        turnYX * upright.x + turnYY * upright.y + turnY0);

    vec2 lumaSize = vec2(lumaWidth, lumaHeight);
    vec2 lumaAt = stored * lumaSize;
    float luma = sampleAt(y, lumaAt, lumaSize, lumaTexels) * lumaMul + lumaAdd;

#if LAYOUT == 3
    vec2 chroma = vec2(0.0);
#else
    vec2 chromaSize = vec2(chromaWidth, chromaHeight);
    vec2 chromaAt = lumaAt * vec2(chromaScaleX, chromaScaleY) + vec2(chromaShiftX, chromaShiftY);
# if LAYOUT == 2
    vec2 chroma = pairAt(uv, chromaAt, chromaSize, chromaTexels);
# else
    vec2 chroma = vec2(
        sampleAt(u, chromaAt, chromaSize, chromaTexels),
        sampleAt(v, chromaAt, chromaSize, chromaTexels));
# endif
    chroma = chroma * chromaMul + chromaAdd;
#endif

    gl_FragColor = vec4(clamp(vec3(
        luma + redV * chroma.y,
        luma + greenU * chroma.x + greenV * chroma.y,
        luma + blueU * chroma.x), 0.0, 1.0), 1.0);
}
