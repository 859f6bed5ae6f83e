using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using MailCluster.Bodies;
using MailCluster.Storage.Postgres.Bodies;

namespace MailCluster.Storage.S3;

/// <summary>
/// The objects of the bodies: key <c>prefix + shard (4 hex digits) / number (12 hex digits)</c>, content the body as it is, owner and email id as metadata, so that an
/// object without a row still says whose it is. Objects are written once and never changed.
/// </summary>
internal sealed class S3Bucket : IDisposable
{
    private const string OwnerKey = "x-amz-meta-owner";
    private const string EmailIdKey = "x-amz-meta-email-id";

    private readonly AmazonS3Client _client;
    private readonly S3Options _options;
    private readonly SemaphoreSlim _requests;

    private S3Bucket(AmazonS3Client client, S3Options options)
    {
        _client = client;
        _options = options;
        _requests = new SemaphoreSlim(options.RequestsMax, options.RequestsMax);
    }

    public TimeSpan OrphanAge => _options.OrphanAge;

    /// <exception cref="BodyStoreUnavailableException">The bucket is not there, the keys do not open it, or the server cannot be reached.</exception>
    public static async ValueTask<S3Bucket> OpenAsync(S3Options options, CancellationToken cancellationToken)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle,
            Timeout = options.RequestTimeout,
            MaxErrorRetry = options.AttemptsMax - 1,
            // Servers of one's own do not all know Amazon's newer checksums; the body has one of ours, and TLS or the signature guards the way.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = options.Region;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        var client = options.AccessKey is { } accessKey
            ? new AmazonS3Client(new BasicAWSCredentials(accessKey, await SecretAsync(options, cancellationToken)), config)
            : new AmazonS3Client(config);
        var bucket = new S3Bucket(client, options);
        try
        {
            await bucket.RunAsync(
                "opened",
                () => client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = options.Bucket, Prefix = options.Prefix, MaxKeys = 1 }, cancellationToken),
                cancellationToken);
            return bucket;
        }
        catch
        {
            bucket.Dispose();
            throw;
        }
    }

    /// <summary>Stores the body; durable on return.</summary>
    public async ValueTask PutAsync(BodyAddress address, NewBody message, CancellationToken cancellationToken)
    {
        var bytes = MemoryMarshal.TryGetArray(message.Body, out var segment) ? segment : new ArraySegment<byte>(message.Body.ToArray());
        using var content = new MemoryStream(bytes.Array ?? [], bytes.Offset, bytes.Count, writable: false);
        var request = new PutObjectRequest
        {
            BucketName = _options.Bucket,
            Key = Key(address),
            InputStream = content,
            AutoCloseStream = false,
            ContentType = "message/rfc822",
            UseChunkEncoding = false,
        };
        request.Metadata[OwnerKey] = Uri.EscapeDataString(message.Owner);
        request.Metadata[EmailIdKey] = message.EmailId.ToString("N");
        await RunAsync("written", () => _client.PutObjectAsync(request, cancellationToken), cancellationToken);
    }

    /// <summary>Fills <paramref name="destination"/> from the body's bytes at <paramref name="offset"/>.</summary>
    /// <exception cref="BodyCorruptException">The object is gone, or shorter than it should be.</exception>
    public async ValueTask ReadAsync(BodyAddress address, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest
        {
            BucketName = _options.Bucket,
            Key = Key(address),
            ByteRange = new ByteRange(offset, offset + destination.Length - 1),
        };
        try
        {
            await RunAsync(
                "read",
                async () =>
                {
                    using var response = await _client.GetObjectAsync(request, cancellationToken);
                    await using var content = response.ResponseStream;
                    var read = await content.ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, cancellationToken);
                    return read == destination.Length ? read : throw new BodyCorruptException(address.Ref, "its object is shorter than it should be");
                },
                cancellationToken);
        }
        catch (BodyStoreUnavailableException error) when (IsNotFound(error.InnerException))
        {
            throw new BodyCorruptException(address.Ref, "its object is not in the bucket");
        }
        catch (BodyStoreUnavailableException error) when (error.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable })
        {
            throw new BodyCorruptException(address.Ref, "its object is shorter than it should be");
        }
    }

    public async ValueTask<bool> ExistsAsync(BodyAddress address, CancellationToken cancellationToken) =>
        await DescribeAsync(address, cancellationToken) is not null;

    /// <summary>Whose the object is; null when there is none.</summary>
    public async ValueTask<(string Owner, Guid EmailId)?> DescribeAsync(BodyAddress address, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await RunAsync("read", () => _client.GetObjectMetadataAsync(_options.Bucket, Key(address), cancellationToken), cancellationToken);
            _ = Guid.TryParseExact(answer.Metadata[EmailIdKey], "N", out var emailId);
            return (Uri.UnescapeDataString(answer.Metadata[OwnerKey] ?? ""), emailId);
        }
        catch (BodyStoreUnavailableException error) when (IsNotFound(error.InnerException))
        {
            return null;
        }
    }

    /// <summary>Deletes the objects; those that are gone already are no error.</summary>
    public async ValueTask DeleteAsync(IEnumerable<BodyAddress> addresses, CancellationToken cancellationToken) =>
        await Task.WhenAll(addresses.Select(address => RunAsync(
            "written", () => _client.DeleteObjectAsync(_options.Bucket, Key(address), cancellationToken), cancellationToken)));

    /// <summary>All objects under the prefix, in pages. What has no key of ours is somebody else's and is left out.</summary>
    public async IAsyncEnumerable<IReadOnlyList<ObjectEntry>> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = _options.Prefix };
        do
        {
            var answer = await RunAsync("listed", () => _client.ListObjectsV2Async(request, cancellationToken), cancellationToken);
            var page = new List<ObjectEntry>();
            foreach (var entry in answer.S3Objects ?? [])
            {
                if (TryRead(entry.Key, out var address))
                    page.Add(new ObjectEntry(address, entry.Size ?? 0, entry.LastModified ?? DateTime.UnixEpoch));
            }

            yield return page;
            request.ContinuationToken = answer.NextContinuationToken;
        }
        while (request.ContinuationToken is not null);
    }

    public void Dispose()
    {
        _client.Dispose();
        _requests.Dispose();
    }

    // Not every server says more than a code: NoSuchBucket, SignatureDoesNotMatch.
    private static string Reason(Exception error) => error is AmazonServiceException { Message.Length: 0 } refusal
        ? $"{refusal.ErrorCode ?? "no reason was given"} ({(int)refusal.StatusCode})"
        : error.Message;

    private static async ValueTask<string> SecretAsync(S3Options options, CancellationToken cancellationToken)
    {
        if (options.SecretKeyFile is not { } file)
            return options.SecretKey!;
        try
        {
            return (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BodyStoreUnavailableException($"The secret key of the bucket cannot be read: {error.Message}", error);
        }
    }

    private string Key(BodyAddress address) =>
        string.Create(CultureInfo.InvariantCulture, $"{_options.Prefix}{address.Shard:x4}/{address.Number:x12}");

    private bool TryRead(string key, out BodyAddress address)
    {
        address = default;
        var rest = key.AsSpan(_options.Prefix.Length);
        if (rest.Length != 17 || rest[4] != '/'
            || !int.TryParse(rest[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var shard)
            || !long.TryParse(rest[5..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
            return false;
        address = new BodyAddress(shard, number);
        return Key(address) == key;
    }

    private static bool IsNotFound(Exception? error) => error is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound };

    private async Task<T> RunAsync<T>(string verb, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        await _requests.WaitAsync(cancellationToken);
        try
        {
            return await request();
        }
        catch (Exception error) when (
            error is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new BodyStoreUnavailableException($"The bucket {_options.Bucket} cannot be {verb}: {Reason(error)}", error);
        }
        finally
        {
            _requests.Release();
        }
    }
}

/// <summary>One object as a listing tells of it.</summary>
internal readonly record struct ObjectEntry(BodyAddress Address, long Length, DateTime Modified);
