using Amazon.Runtime;
using Amazon.S3;
using MailCluster.Storage.S3;
using MailCluster.Testing;

namespace MailCluster.Storage.Tests.S3;

/// <summary>Each test has a prefix of its own in one bucket.</summary>
internal static class S3Fixture
{
    private const string Bucket = "mail";

    private static readonly Lazy<Task> s_made = new(async () =>
    {
        using var client = await ClientAsync();
        await client.PutBucketAsync(Bucket);
    });

    private static int _prefixes;

    public static async Task<S3Options> NewOptionsAsync()
    {
        await s_made.Value;
        return new S3Options
        {
            Endpoint = (await CephS3.SharedAsync()).Endpoint,
            Bucket = Bucket,
            Prefix = $"test-{Interlocked.Increment(ref _prefixes)}/",
            AccessKey = CephS3.AccessKey,
            SecretKey = CephS3.SecretKey,
            OrphanAge = TimeSpan.Zero,
        };
    }

    /// <summary>A client beside the store's.</summary>
    public static async Task<AmazonS3Client> ClientAsync() => new(
        new BasicAWSCredentials(CephS3.AccessKey, CephS3.SecretKey),
        new AmazonS3Config
        {
            ServiceURL = (await CephS3.SharedAsync()).Endpoint.AbsoluteUri,
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });

    /// <summary>The keys under the prefix, without it.</summary>
    public static async Task<List<string>> KeysAsync(S3Options options)
    {
        using var client = await ClientAsync();
        var answer = await client.ListObjectsAsync(options.Bucket, options.Prefix);
        return [.. (answer.S3Objects ?? []).Select(entry => entry.Key[options.Prefix.Length..])];
    }
}
