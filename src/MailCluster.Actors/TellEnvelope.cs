namespace MailCluster.Actors;

/// <summary>A message that nobody waits for. Its failure is logged by the actor that failed.</summary>
internal sealed class TellEnvelope(object message) : Envelope
{
    public override object Message { get; } = message;

    internal override void Reply(int token, object reply)
    {
    }

    internal override void Fail(int token, Exception failure)
    {
    }
}
