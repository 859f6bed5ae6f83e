namespace MailCluster.Actors;

/// <summary>
/// One message as its handler sees it. Answer an ask once, now or later, from any thread; further answers, and answers to an asker that
/// no longer waits, do nothing.
/// </summary>
public readonly struct Delivery
{
    private readonly Envelope _envelope;
    private readonly int _token;

    internal Delivery(Envelope envelope)
    {
        _envelope = envelope;
        _token = envelope.Token;
        Message = envelope.Message;
    }

    public object Message { get; }

    /// <summary>Answers the asker. Does nothing when the message was told, not asked.</summary>
    public void Reply(object reply) => _envelope.Reply(_token, reply);

    /// <summary>The asker's await throws <paramref name="failure"/>.</summary>
    public void Fail(Exception failure) => _envelope.Fail(_token, failure);
}
