using MailCluster.Mime;

namespace MailCluster.Sieve;

/// <summary>
/// How much of a message scripts see. No limit refuses a message or changes what is delivered: what lies behind a limit is only not looked at.
/// </summary>
public sealed record SieveMessageLimits
{
    public static SieveMessageLimits Default { get; } = new();

    /// <summary>
    /// Octets of the body, from its start, that <c>body</c> and <c>extracttext</c> look at; 1 KiB to 256 MiB. Decoded text takes up to four times as much memory while the
    /// run lasts. Text that long is nobody's letter; attachments behind it are seen as parts all the same.
    /// </summary>
    public int BodyBytesMax { get; init => field = InRange(value, 1024, 256 * 1024 * 1024); } = 8 * 1024 * 1024;

    /// <summary>Octets of one header block whose fields are seen; 1 KiB to 16 MiB. Mail transfer agents stop at 100 KiB.</summary>
    public int HeaderBytesMax { get; init => field = InRange(value, 1024, 16 * 1024 * 1024); } = 256 * 1024;

    /// <summary>Fields of one header block that are seen; 16 to 100,000.</summary>
    public int FieldsMax { get; init => field = InRange(value, 16, 100_000); } = 4096;

    /// <summary>Octets of one field's value that are decoded; 256 octets to 1 MiB.</summary>
    public int FieldBytesMax { get; init => field = InRange(value, 256, 1024 * 1024); } = 64 * 1024;

    /// <summary>Parts, all levels together; 1 to 100,000. What follows belongs to the epilogue.</summary>
    public int PartsMax { get; init => field = InRange(value, 1, 100_000); } = 4096;

    /// <summary>How deep parts may nest, the message itself being 1; 1 to 200. Deeper ones are leaves.</summary>
    public int NestingMax { get; init => field = InRange(value, 1, 200); } = 100;

    /// <summary>The limits for the parts that lie below <paramref name="depth"/> others.</summary>
    internal MimeLimits ReaderLimits(int depth) => new()
    {
        NestingMax = Math.Max(1, NestingMax - depth),
        PartsMax = PartsMax,
        HeaderBytesMax = HeaderBytesMax,
    };

    private static int InRange(int value, int min, int max, [System.Runtime.CompilerServices.CallerMemberName] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, min, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, max, name);
        return value;
    }
}
