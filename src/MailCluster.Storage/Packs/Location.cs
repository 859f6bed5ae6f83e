using MailCluster.Bodies;

namespace MailCluster.Storage.Packs;

/// <summary>Where a record lies: a pack, and its place in it. As a number it has the form of a <see cref="BodyRef"/>.</summary>
internal readonly record struct Location(uint Pack, uint Ordinal)
{
    public ulong Value => ((ulong)Pack << 32) | Ordinal;

    public BodyRef Reference => new(Value);

    public static Location Of(ulong value) => new((uint)(value >> 32), (uint)value);

    public static Location Of(BodyRef body) => Of(body.Value);
}
