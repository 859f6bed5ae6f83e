namespace MailCluster.Bodies;

/// <summary>
/// Names one stored message (summary, text, body) in an <see cref="IBodyStore"/>. Opaque to everyone but the store that made it;
/// stays valid for as long as the body is not released, also when the store moves the bytes.
/// </summary>
public readonly record struct BodyRef(ulong Value)
{
    /// <summary>No body. No store hands it out.</summary>
    public static BodyRef None => default;

    public override string ToString() => Value.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
