namespace MailCluster.Mime;

internal ref partial struct SummarySink
{
    private readonly void WriteEnvelope(bool isRoot)
    {
        WriteUnfolded(FieldNumbers.Date);
        WriteUnfolded(FieldNumbers.Subject);
        WriteUnfolded(FieldNumbers.InReplyTo);
        WriteUnfolded(FieldNumbers.MessageId);
        WriteAddresses(FieldNumbers.From, isRoot ? _work.SortKeys[1] : null, _work.SortKeys[4]);
        WriteAddresses(FieldNumbers.Sender, null, null);
        WriteAddresses(FieldNumbers.ReplyTo, null, null);
        WriteAddresses(FieldNumbers.To, isRoot ? _work.SortKeys[2] : null, _work.SortKeys[5]);
        WriteAddresses(FieldNumbers.Cc, isRoot ? _work.SortKeys[3] : null, null);
        WriteAddresses(FieldNumbers.Bcc, null, null);
    }

    /// <summary>
    /// Writes the addresses of all fields of that name as one list; the first entry also as sort keys, where wanted: its mailbox
    /// (RFC 5256 §3) and what a client would display (RFC 5957 §3).
    /// </summary>
    private readonly void WriteAddresses(byte number, ByteBuffer? mailboxKey, ByteBuffer? displayKey)
    {
        var list = _work.Value;
        list.Clear();
        var count = 0;
        foreach (var (name, range) in _work.Fields)
        {
            if (name != number)
                continue;
            var reader = new AddressReader(range.Of(_message), _work.Addresses);
            while (reader.MoveNext())
            {
                if (count++ == 0 && mailboxKey is not null)
                    WriteSortKeys(reader, mailboxKey, displayKey);
                WriteAddress(list, reader);
            }
        }

        _work.Parts.AppendVarint(count);
        _work.Parts.Append(list.Written);
    }

    private static void WriteAddress(ByteBuffer into, in AddressReader address)
    {
        into.Append((byte)address.Kind);
        if (address.Kind == AddressKind.Mailbox)
        {
            into.AppendOptional(!address.Name.IsEmpty, address.Name);
            into.AppendOptional(!address.Route.IsEmpty, address.Route);
            into.AppendString(address.Local);
            into.AppendString(address.Domain);
        }
        else if (address.Kind == AddressKind.GroupStart)
        {
            into.AppendString(address.Name);
        }
    }

    private readonly void WriteSortKeys(in AddressReader address, ByteBuffer mailboxKey, ByteBuffer? displayKey)
    {
        // A record may be written twice (EmptyMultipart).
        mailboxKey.Clear();
        displayKey?.Clear();
        var text = _work.Utf8;
        text.Clear();
        MailCharset.AppendGuess(address.Kind == AddressKind.Mailbox ? address.Local : address.Name, text);
        CaseFold.Append(mailboxKey, text.Written);
        if (displayKey is null)
            return;
        text.Clear();
        Rfc2047.Append(address.Name, text);
        if (text.Length == 0)
        {
            MailCharset.AppendGuess(address.Local, text);
            text.Append((byte)'@');
            MailCharset.AppendGuess(address.Domain, text);
        }

        CaseFold.Append(displayKey, text.Written);
    }

    /// <summary>What SORT and THREAD go by, from the message's own header.</summary>
    private void WriteRootKeys()
    {
        if (TryField(FieldNumbers.Date, out var date) && Rfc5322Date.TryParse(date, out _date))
            _flags |= SummaryLayout.FlagHasDate;

        if (TryField(FieldNumbers.Subject, out var subject))
        {
            _work.Utf8.Clear();
            Rfc2047.Append(subject, _work.Utf8);
            _work.Value.Clear();
            _isReply = BaseSubject.Append(_work.Utf8.Written, _work.Value);
            CaseFold.Append(_work.SortKeys[0], _work.Value.Written);
        }

        WriteThreadKeys();
    }
}
