namespace MailCluster.Mime;

/// <summary>
/// What the reader and the summary spend on one message. No limit ever makes a message unreadable: past a limit the reader stops looking
/// closer, and what it has not looked at stays part of the enclosing body.
/// </summary>
public sealed record MimeLimits
{
    public static MimeLimits Default { get; } = new();

    /// <summary>
    /// How deep parts may nest, the message itself being 1. Deeper multiparts and messages are leaves. 1 to 200: the reader recurses.
    /// 100 is what other stores use; real mail stays under 20.
    /// </summary>
    public int NestingMax { get; init => field = InRange(value, 1, 200); } = 100;

    /// <summary>Parts in one message, all levels together. Further parts are epilogue. Real mail stays under a few hundred.</summary>
    public int PartsMax { get; init => field = InRange(value, 1, 1_000_000); } = 10_000;

    /// <summary>Octets of one header block whose fields are reported and indexed; the end of the header is still found past it.</summary>
    public int HeaderBytesMax { get; init => field = InRange(value, 1024, int.MaxValue); } = 1024 * 1024;

    /// <summary>Octets of one field's value that are interpreted (decoded, parsed); the field's range is exact whatever its length.</summary>
    public int HeaderFieldBytesMax { get; init => field = InRange(value, 256, int.MaxValue); } = 64 * 1024;

    /// <summary>Octets of searchable text kept for one message. What lies behind is not found by SEARCH BODY and TEXT.</summary>
    public int TextBytesMax { get; init => field = InRange(value, 0, 256 * 1024 * 1024); } = 4 * 1024 * 1024;

    /// <summary>Characters (Unicode scalar values) of the preview. RFC 8970 §3.2 asks for at most 200 and forbids more than 256.</summary>
    public int PreviewCharactersMax { get; init => field = InRange(value, 0, 256); } = 200;

    private static int InRange(int value, int min, int max, [System.Runtime.CompilerServices.CallerMemberName] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, min, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, max, name);
        return value;
    }
}
