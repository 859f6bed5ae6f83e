namespace MailCluster.Mime;

/// <summary>
/// Names of fields that summaries store as one byte. The position is the number: append only, at most 255, or bump
/// <see cref="SummaryLayout.Version"/>.
/// </summary>
internal static class HeaderNames
{
    private static readonly byte[][] Known =
    [
        "Return-Path"u8.ToArray(), "Received"u8.ToArray(), "Date"u8.ToArray(), "From"u8.ToArray(), "Sender"u8.ToArray(), "Reply-To"u8.ToArray(),
        "To"u8.ToArray(), "Cc"u8.ToArray(), "Bcc"u8.ToArray(), "Message-ID"u8.ToArray(), "In-Reply-To"u8.ToArray(), "References"u8.ToArray(),
        "Subject"u8.ToArray(), "MIME-Version"u8.ToArray(), "Content-Type"u8.ToArray(), "Content-Transfer-Encoding"u8.ToArray(),
        "Content-Disposition"u8.ToArray(), "Content-ID"u8.ToArray(), "Content-Description"u8.ToArray(), "Content-Language"u8.ToArray(),
        "Content-Location"u8.ToArray(), "Content-MD5"u8.ToArray(), "DKIM-Signature"u8.ToArray(), "Authentication-Results"u8.ToArray(),
        "ARC-Seal"u8.ToArray(), "ARC-Message-Signature"u8.ToArray(), "ARC-Authentication-Results"u8.ToArray(), "Received-SPF"u8.ToArray(),
        "Delivered-To"u8.ToArray(), "X-Original-To"u8.ToArray(), "X-Mailer"u8.ToArray(), "User-Agent"u8.ToArray(), "List-Id"u8.ToArray(),
        "List-Unsubscribe"u8.ToArray(), "List-Unsubscribe-Post"u8.ToArray(), "List-Post"u8.ToArray(), "List-Help"u8.ToArray(),
        "List-Subscribe"u8.ToArray(), "List-Archive"u8.ToArray(), "List-Owner"u8.ToArray(), "Precedence"u8.ToArray(), "Auto-Submitted"u8.ToArray(),
        "X-Priority"u8.ToArray(), "Priority"u8.ToArray(), "Importance"u8.ToArray(), "X-Spam-Status"u8.ToArray(), "X-Spam-Score"u8.ToArray(),
        "X-Spam-Flag"u8.ToArray(), "X-Spam-Level"u8.ToArray(), "X-Virus-Scanned"u8.ToArray(), "Errors-To"u8.ToArray(), "Organization"u8.ToArray(),
        "X-MimeOLE"u8.ToArray(), "Thread-Topic"u8.ToArray(), "Thread-Index"u8.ToArray(), "X-Google-DKIM-Signature"u8.ToArray(),
        "X-Gm-Message-State"u8.ToArray(), "X-Received"u8.ToArray(), "Resent-From"u8.ToArray(), "Resent-To"u8.ToArray(), "Resent-Date"u8.ToArray(),
        "Resent-Message-ID"u8.ToArray(), "Feedback-ID"u8.ToArray(), "Disposition-Notification-To"u8.ToArray(), "X-Originating-IP"u8.ToArray(),
    ];

    /// <summary>By length, so that a name is compared with a handful of candidates only.</summary>
    private static readonly byte[][] ByLength = GroupByLength();

    /// <summary>The number of a name, in any case; 0 if it has none.</summary>
    public static byte NumberOf(ReadOnlySpan<byte> name)
    {
        if (name.Length >= ByLength.Length)
            return 0;
        foreach (var number in ByLength[name.Length])
        {
            if (Ascii.EqualsIgnoreCase(Known[number - 1], name))
                return number;
        }

        return 0;
    }

    /// <summary>The name of a number; empty for a number that was never given.</summary>
    public static ReadOnlySpan<byte> NameOf(byte number) => (uint)(number - 1) < (uint)Known.Length ? Known[number - 1] : [];

    private static byte[][] GroupByLength()
    {
        var groups = new byte[Known.Max(static n => n.Length) + 1][];
        for (var length = 0; length < groups.Length; length++)
            groups[length] = [.. Enumerable.Range(1, Known.Length).Where(n => Known[n - 1].Length == length).Select(static n => (byte)n)];
        return groups;
    }
}
