namespace MailCluster.Bodies;

/// <summary>A reference names nothing in the store: it was freed, or the store lost it.</summary>
public sealed class BodyMissingException(BodyRef body) : Exception($"Body {body} is not in the body store.")
{
    public BodyRef Body { get; } = body;
}

/// <summary>The stored bytes of a body fail their checksum.</summary>
public sealed class BodyCorruptException(BodyRef body, string detail) : Exception($"Body {body} is damaged: {detail}")
{
    public BodyRef Body { get; } = body;
}

/// <summary>The store cannot make bytes durable now (disk full, I/O error, closed). Trying again later is right.</summary>
public sealed class BodyStoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
