namespace MailCluster.Edge.Transport;

/// <summary>What a <see cref="SocketPoller"/> watches for somebody.</summary>
internal interface IPolled
{
    /// <summary>Set by the poller: the place in its table and the run of that place, so that an event for one that has gone reaches nobody else.</summary>
    ulong Token { get; set; }

    /// <summary>Something changed. Runs on a thread of the poller, and may take its time: others go on watching. Several may come at once, each on its thread.</summary>
    void OnReady(PollEvents events);
}
