namespace MailCluster.Actors;

/// <summary>A bounded mailbox or buffer is full. The message was certainly not begun; the sender may try again later.</summary>
public sealed class BusyException(string what) : Exception($"{what} is full; try again later.");

/// <summary>The actor stopped before it began the message. Certainly not carried out.</summary>
public sealed class ActorStoppedException(string actor, Exception? cause = null) : Exception($"{actor} has stopped.", cause);

/// <summary>No reply came in time. Whether the message was or will be carried out is unknown.</summary>
public sealed class AskTimeoutException(object message, TimeSpan timeout)
    : TimeoutException($"No reply to {message.GetType().Name} within {timeout.TotalSeconds:0.###} s.");

/// <summary>The actor answered with a type that the asker did not ask for: a bug.</summary>
public sealed class UnexpectedReplyException(Type expected, object reply)
    : Exception($"Expected a reply of type {expected.Name}, got {reply.GetType().Name}.");
