namespace MailCluster.Mime;

/// <summary>The numbers in <see cref="HeaderNames"/> of the fields that summaries interpret.</summary>
internal static class FieldNumbers
{
    public const byte Date = 3;
    public const byte From = 4;
    public const byte Sender = 5;
    public const byte ReplyTo = 6;
    public const byte To = 7;
    public const byte Cc = 8;
    public const byte Bcc = 9;
    public const byte MessageId = 10;
    public const byte InReplyTo = 11;
    public const byte References = 12;
    public const byte Subject = 13;
    public const byte ContentType = 15;
    public const byte ContentTransferEncoding = 16;
    public const byte ContentDisposition = 17;
    public const byte ContentId = 18;
    public const byte ContentDescription = 19;
    public const byte ContentLanguage = 20;
    public const byte ContentLocation = 21;
    public const byte ContentMd5 = 22;

    public const byte ListId = 33;
    public const byte ListUnsubscribe = 34;
    public const byte ListPost = 36;
    public const byte XPriority = 43;
    public const byte Priority = 44;
    public const byte Importance = 45;
    public const byte DispositionNotificationTo = 64;

    public static bool IsInteresting(byte number) => number is (>= Date and <= Subject) or (>= ContentType and <= ContentMd5);
}
