using MailCluster.Bodies;

namespace MailCluster.Storage.Postgres.Bodies;

/// <summary>One message on its way to its row.</summary>
internal sealed class PutRequest(BodyAddress address, in NewBody message, BodyPlace place, uint checksum) : GroupRequest
{
    public BodyAddress Address => address;

    public NewBody Message { get; } = message;

    public BodyPlace Place => place;

    public uint Checksum => checksum;

    /// <summary>The bytes that go to the database.</summary>
    public override long Weight => Message.Summary.Length + Message.Text.Length + (place == BodyPlace.Bucket ? 0 : Message.Body.Length);
}
