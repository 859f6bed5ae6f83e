namespace MailCluster.Actors;

/// <summary>What became of a message offered to a mailbox. Only an accepted one is the mailbox's; any other is still the sender's.</summary>
public enum EnqueueResult
{
    Accepted,

    /// <summary>The mailbox holds as many messages as it may.</summary>
    Busy,

    /// <summary>The actor is stopped and takes nothing any more.</summary>
    Stopped,
}

/// <summary>What becomes of an actor whose handler threw. The message itself always fails.</summary>
public enum FailureDirective
{
    /// <summary>Go on with the next message and the state as it is.</summary>
    Resume,

    /// <summary>Run <c>OnRestartAsync</c>, then go on.</summary>
    Restart,

    /// <summary>Stop; whoever sends the next message starts a fresh one.</summary>
    Stop,
}
