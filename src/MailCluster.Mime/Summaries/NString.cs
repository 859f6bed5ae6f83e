namespace MailCluster.Mime;

/// <summary>Bytes or nothing: what IMAP calls an nstring. Nothing and the empty string differ (RFC 9051 §4.5).</summary>
public readonly ref struct NString
{
    public NString(ReadOnlySpan<byte> value)
    {
        Value = value;
        HasValue = true;
    }

    public static NString Nil => default;

    public bool HasValue { get; }

    public bool IsNil => !HasValue;

    /// <summary>The bytes; empty for NIL.</summary>
    public ReadOnlySpan<byte> Value { get; }

    public override string ToString() => HasValue ? System.Text.Encoding.UTF8.GetString(Value) : "NIL";
}
