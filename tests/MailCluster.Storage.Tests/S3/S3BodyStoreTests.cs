using System.Text;
using MailCluster.Bodies;
using MailCluster.Storage.Postgres;
using MailCluster.Storage.S3;
using MailCluster.Storage.Tests.Postgres;
using MailCluster.Testing.Contracts;

namespace MailCluster.Storage.Tests.S3;

public sealed class S3BodyStoreContractTests : BodyStoreContract
{
    protected override async ValueTask<BodyStoreHarness> OpenAsync() => await PostgresBodyHarness.CreateAsync(await S3Fixture.NewOptionsAsync());
}

/// <summary>What is between the bucket and the database, and what a crash between them leaves.</summary>
public sealed class S3BodyStoreTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private string _name = "";
    private S3Options _options = null!;
    private PostgresDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _name = await PostgresFixture.RentDatabaseAsync();
        _options = await S3Fixture.NewOptionsAsync();
        _database = await PostgresFixture.OpenAsync(_name, _options);
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        PostgresFixture.Return(_name);
    }

    [Fact]
    public async Task The_body_is_an_object_and_nothing_of_it_is_in_the_database()
    {
        var body = await PutAsync("the body");
        var key = Assert.Single(await S3Fixture.KeysAsync(_options));
        Assert.Equal(body.ToString(), key.Replace("/", "", StringComparison.Ordinal));
        using var client = await S3Fixture.ClientAsync();
        using var answer = await client.GetObjectAsync(_options.Bucket, _options.Prefix + key);
        using var reader = new StreamReader(answer.ResponseStream);
        Assert.Equal("the body", await reader.ReadToEndAsync());
        Assert.Equal("message/rfc822", answer.Headers.ContentType);
    }

    [Fact]
    public async Task A_collection_removes_the_object_and_then_the_row()
    {
        var kept = await PutAsync("kept");
        var gone = await PutAsync("gone");
        await _database.Bodies.ReleaseAsync(new[] { gone }, Noon, CancellationToken.None);
        Assert.Equal(1, await _database.Bodies.CollectAsync(Noon, null, CancellationToken.None));
        Assert.Single(await S3Fixture.KeysAsync(_options));
        Assert.Equal([kept], (await RecordsAsync()).Select(record => record.Body));
        Assert.Equal(0, await _database.Bodies.CollectAsync(Noon, null, CancellationToken.None));
    }

    [Fact]
    public async Task A_collection_that_was_cut_off_after_the_object_is_gone_on_with()
    {
        var gone = await PutAsync("gone");
        await _database.Bodies.ReleaseAsync(new[] { gone }, Noon, CancellationToken.None);
        await DeleteObjectAsync();
        Assert.Equal(BodyCondition.Corrupt, await _database.Bodies.VerifyAsync(gone, CancellationToken.None));
        Assert.Equal(1, await _database.Bodies.CollectAsync(Noon, null, CancellationToken.None));
        Assert.Empty(await RecordsAsync());
    }

    [Fact]
    public async Task An_object_without_a_row_is_found_by_a_check_and_given_up_like_a_body()
    {
        // A put that was cut off between the two: the row goes, behind the store's back.
        var email = Guid.NewGuid();
        var orphan = await _database.Bodies.PutAsync(new NewBody("żółw@example.com", email, default, default, "orphan"u8.ToArray()), CancellationToken.None);
        var kept = await PutAsync("kept");
        await ExecuteAsync("DELETE FROM body WHERE owner LIKE 'ż%'");

        var record = Assert.Single(await RecordsAsync(), record => record.Body != kept);
        Assert.Equal(new BodyRecord(orphan, "żółw@example.com", email, 6, false, BodyCondition.Sound), record);
        await _database.Bodies.ReleaseAsync(new[] { orphan }, Noon, CancellationToken.None);
        Assert.True(Assert.Single(await RecordsAsync(), record => record.Body != kept).Released);
        Assert.Equal(1, await _database.Bodies.CollectAsync(Noon, null, CancellationToken.None));
        Assert.Equal(kept, Assert.Single(await RecordsAsync()).Body);
        Assert.Single(await S3Fixture.KeysAsync(_options));
    }

    [Fact]
    public async Task An_object_whose_row_may_be_on_its_way_is_no_orphan()
    {
        await PutAsync("new");
        await ExecuteAsync("DELETE FROM body");
        await _database.DisposeAsync();
        _database = await PostgresFixture.OpenAsync(_name, _options with { OrphanAge = TimeSpan.FromHours(1) });
        Assert.Empty(await RecordsAsync());
    }

    [Fact]
    public async Task A_changed_object_is_damage()
    {
        var body = await PutAsync("right");
        using (var client = await S3Fixture.ClientAsync())
        {
            var key = _options.Prefix + Assert.Single(await S3Fixture.KeysAsync(_options));
            await client.PutObjectAsync(new Amazon.S3.Model.PutObjectRequest { BucketName = _options.Bucket, Key = key, ContentBody = "wrong", UseChunkEncoding = false });
        }

        Assert.Equal(BodyCondition.Corrupt, await _database.Bodies.VerifyAsync(body, CancellationToken.None));
        await DeleteObjectAsync();
        await Assert.ThrowsAsync<BodyCorruptException>(async () => await _database.Bodies.ReadAsync(body, 0, new byte[5], CancellationToken.None));
    }

    [Fact]
    public async Task Bodies_of_the_database_and_of_the_bucket_are_read_side_by_side()
    {
        var inBucket = await PutAsync("in the bucket");
        await _database.DisposeAsync();
        _database = await PostgresFixture.OpenAsync(_name);
        var inRow = await PutAsync("in the row");
        await Assert.ThrowsAsync<BodyStoreUnavailableException>(async () => await ReadAsync(inBucket));
        await _database.Bodies.ReleaseAsync(new[] { inBucket, inRow }, Noon, CancellationToken.None);

        // Without the bucket its objects cannot be removed, and their rows stay.
        Assert.Equal(1, await _database.Bodies.CollectAsync(Noon, null, CancellationToken.None));
        await _database.DisposeAsync();
        _database = await PostgresFixture.OpenAsync(_name, _options);
        Assert.Equal("in the bucket", await ReadAsync(inBucket));
        Assert.Equal(1, await _database.Bodies.CollectAsync(Noon, null, CancellationToken.None));
    }

    [Fact]
    public async Task A_bucket_that_cannot_be_opened_is_said_so()
    {
        foreach (var wrong in new[]
        {
            _options with { Bucket = "not-there" },
            _options with { SecretKey = "wrong" },
            _options with { Endpoint = new Uri("http://127.0.0.1:1"), AttemptsMax = 1 },
            _options with { SecretKey = null, SecretKeyFile = "/not/there" },
        })
        {
            var said = await Assert.ThrowsAsync<BodyStoreUnavailableException>(() => PostgresFixture.OpenAsync(_name, wrong));
            Assert.Matches(@": \S", said.Message);
        }
    }

    [Fact]
    public async Task The_secret_key_may_be_in_a_file()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.File("key"), MailCluster.Testing.CephS3.SecretKey + "\n");
        await using var database = await PostgresFixture.OpenAsync(_name, _options with { SecretKey = null, SecretKeyFile = directory.File("key") });
        Assert.Equal(4, await database.Bodies.GetLengthAsync(await PutAsync("four"), CancellationToken.None));
    }

    private async Task<BodyRef> PutAsync(string text) => await _database.Bodies.PutAsync(
        new NewBody("a@example.com", Guid.NewGuid(), default, default, Encoding.UTF8.GetBytes(text)), CancellationToken.None);

    private async Task<string> ReadAsync(BodyRef body)
    {
        var bytes = new byte[100];
        return Encoding.UTF8.GetString(bytes, 0, await _database.Bodies.ReadAsync(body, 0, bytes, CancellationToken.None));
    }

    private async Task<List<BodyRecord>> RecordsAsync()
    {
        var records = new List<BodyRecord>();
        await foreach (var record in _database.Bodies.EnumerateAsync(verify: true, CancellationToken.None))
            records.Add(record);
        return records;
    }

    private async Task DeleteObjectAsync()
    {
        using var client = await S3Fixture.ClientAsync();
        await client.DeleteObjectAsync(_options.Bucket, _options.Prefix + Assert.Single(await S3Fixture.KeysAsync(_options)));
    }

    private async Task ExecuteAsync(string sql) => await (await MailCluster.Testing.PostgresServer.SharedAsync()).ExecuteAsync(_name, sql);
}
