namespace MailCluster.Actors;

/// <summary>Akka's poison pill: what was queued before it is carried out, then the actor stops.</summary>
internal sealed class StopEnvelope : Envelope
{
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override object Message => this;

    internal Task Stopped => _stopped.Task;

    internal override void Reply(int token, object reply) => _stopped.TrySetResult();

    /// <summary>However the actor came to its end, it has stopped.</summary>
    internal override void Fail(int token, Exception failure) => _stopped.TrySetResult();
}
