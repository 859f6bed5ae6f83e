namespace MailCluster.Actors;

/// <summary>An actor that handles one message at a time.</summary>
public abstract class Actor(ActorSystem system) : ActorCell(system)
{
    /// <summary>
    /// Handles one message. The next begins when the returned task has completed. What it throws fails the message, see
    /// <see cref="ActorCell.OnFailure"/>.
    /// </summary>
    protected abstract ValueTask ReceiveAsync(Delivery message);

    private protected sealed override ValueTask TurnAsync()
    {
        if (!TryTake(out var envelope))
        {
            return ValueTask.CompletedTask;
        }

        return HandleAsync(new Delivery(envelope));
    }

    private async ValueTask HandleAsync(Delivery message)
    {
        try
        {
            await ReceiveAsync(message);
        }
        catch (Exception failure)
        {
            message.Fail(failure);
            throw;
        }
    }
}
