namespace MailCluster.Storage.S3;

/// <summary>A bucket for the bodies, at Amazon or at any server that speaks its protocol. Summaries and texts stay in PostgreSQL.</summary>
public sealed record S3Options
{
    /// <summary>The server, <c>https://s3.example.com</c>; null for Amazon's own in <see cref="Region"/>. <c>http</c> sends mail in the clear: for a server on the same machine.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region that requests are signed for. "us-east-1": what servers of one's own expect.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The bucket. It has to exist.</summary>
    public required string Bucket { get; init; }

    /// <summary>Put before each object's key, so that several installations can share a bucket. Empty, or ending in <c>/</c>.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The bucket in the path (<c>https://host/bucket/key</c>) and not in the host's name. True: servers of one's own rarely have a name per bucket.</summary>
    public bool PathStyle { get; init; } = true;

    /// <summary>
    /// The access key; null takes the credentials from where Amazon's tools find them: <c>AWS_ACCESS_KEY_ID</c> and <c>AWS_SECRET_ACCESS_KEY</c>, the shared
    /// credentials file, the role of the machine or pod.
    /// </summary>
    public string? AccessKey { get; init; }

    /// <summary>The secret key; given with <see cref="AccessKey"/>, unless <see cref="SecretKeyFile"/> is.</summary>
    public string? SecretKey { get; init; }

    /// <summary>A file that holds the secret key and nothing else, read at the start.</summary>
    public string? SecretKeyFile { get; init; }

    /// <summary>The longest that one request takes, 1 to 600 s. 30 s: a big body over a slow line.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Tries of one request in all, 1 to 10, with growing pauses between them. 3.</summary>
    public int AttemptsMax { get; init; } = 3;

    /// <summary>Requests under way at once, 1 to 1,000. 64.</summary>
    public int RequestsMax { get; init; } = 64;

    /// <summary>
    /// Objects without a row in the database that are younger than this are not called orphans, since their row may be on its way. At least
    /// 0. 1 h: far longer than a delivery takes.
    /// </summary>
    public TimeSpan OrphanAge { get; init; } = TimeSpan.FromHours(1);

    /// <exception cref="ArgumentException">A value is out of its range, or the keys are incomplete; the message names it.</exception>
    public void Validate()
    {
        if (Endpoint is { } endpoint && endpoint.Scheme is not ("http" or "https"))
            throw new ArgumentException("the endpoint is an http or https address", nameof(Endpoint));
        if (string.IsNullOrWhiteSpace(Region))
            throw new ArgumentException("the region is empty", nameof(Region));
        if (string.IsNullOrWhiteSpace(Bucket))
            throw new ArgumentException("the bucket's name is empty", nameof(Bucket));
        if (Prefix.Length > 0 && (!Prefix.EndsWith('/') || Prefix.StartsWith('/')))
            throw new ArgumentException("the prefix ends in \"/\" and does not begin with one", nameof(Prefix));
        if (SecretKey is not null && SecretKeyFile is not null)
            throw new ArgumentException("the secret key is given twice, as a text and as a file", nameof(SecretKeyFile));
        if ((AccessKey is null) != (SecretKey is null && SecretKeyFile is null))
            throw new ArgumentException("access key and secret key are given both or neither", nameof(AccessKey));
        if (RequestTimeout < TimeSpan.FromSeconds(1) || RequestTimeout > TimeSpan.FromSeconds(600))
            throw new ArgumentException("must be 1 to 600 s", nameof(RequestTimeout));
        if (AttemptsMax is < 1 or > 10)
            throw new ArgumentException("must be 1 to 10", nameof(AttemptsMax));
        if (RequestsMax is < 1 or > 1_000)
            throw new ArgumentException("must be 1 to 1,000", nameof(RequestsMax));
        if (OrphanAge < TimeSpan.Zero)
            throw new ArgumentException("must not be negative", nameof(OrphanAge));
    }
}
