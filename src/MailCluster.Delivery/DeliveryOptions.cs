namespace MailCluster.Delivery;

/// <summary>How messages are delivered.</summary>
public sealed record DeliveryOptions
{
    /// <summary>
    /// The characters any of which separates the user from the detail in a local part, as in <c>alice+lists@example.com</c>; empty for none. <c>+</c>, as
    /// Postfix and Dovecot have it by custom.
    /// </summary>
    public string RecipientDelimiters { get; init; } = "+";

    /// <summary>
    /// Whether a message for <c>alice+lists</c> goes into the folder <c>lists</c> if there is one. Off: anybody could write to any folder, Sent and
    /// Archive included, by knowing its name.
    /// </summary>
    public bool SaveToDetailFolder { get; init; }

    /// <summary>
    /// How long a delivery that the mailbox cannot take now is tried again before the client is told to keep the message. Short: the
    /// client waits meanwhile (RFC 5321 §4.5.3.2.6 gives ten minutes), and has a queue made for waiting.
    /// </summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(20);
}
