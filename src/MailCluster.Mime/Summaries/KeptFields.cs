namespace MailCluster.Mime;

/// <summary>
/// Which fields of a message's own header a summary keeps byte for byte: those that clients ask of every message to show a list, so that such a
/// list is answered without a look at the bodies. Which fields are in the section follows from the header index alone, read in its order.
/// </summary>
internal struct KeptFields
{
    /// <summary>In bytes. A list of five hundred recipients would make every reading of summaries longer; it is read from the body.</summary>
    private const int TotalMax = 2048;

    private int _total;

    /// <summary>Whether the next field of the header, with that name and length, is kept. To be asked of every field, in order.</summary>
    public bool Take(byte number, int length)
    {
        if (!IsListed(number) || length > TotalMax - _total)
            return false;
        _total += length;
        return true;
    }

    // Changing this, or the limit, takes a section with another tag.
    private static bool IsListed(byte number) =>
        number is (>= FieldNumbers.Date and <= FieldNumbers.ContentTransferEncoding)
            or FieldNumbers.ListId or FieldNumbers.ListUnsubscribe or FieldNumbers.ListPost
            or FieldNumbers.XPriority or FieldNumbers.Priority or FieldNumbers.Importance or FieldNumbers.DispositionNotificationTo;
}
