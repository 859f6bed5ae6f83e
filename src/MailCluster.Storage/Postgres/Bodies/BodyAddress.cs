using MailCluster.Bodies;

namespace MailCluster.Storage.Postgres.Bodies;

/// <summary>What a reference says: the shard in its high 16 bits, a number of the database in the low 48.</summary>
internal readonly record struct BodyAddress(int Shard, long Number)
{
    private const int NumberBits = 48;

    public static BodyAddress Of(BodyRef body) => new((int)(body.Value >> NumberBits), (long)(body.Value & ((1UL << NumberBits) - 1)));

    public BodyRef Ref => new(((ulong)Shard << NumberBits) | (ulong)Number);
}

/// <summary>Where the bytes of a body are; the numbers are stored.</summary>
internal enum BodyPlace : short
{
    Row = 0,
    Chunks = 1,
    Bucket = 2,
}

/// <summary>What a row says of its body.</summary>
internal readonly record struct BodyHead(long Length, BodyPlace Place, uint Checksum);
