namespace MailCluster.Ctl.Commands;

/// <summary>A file that a verb reads; <c>-</c> is standard input.</summary>
internal static class InputFile
{
    /// <exception cref="CtlException">It cannot be read.</exception>
    public static Stream Open(string file)
    {
        if (file == "-") return Console.OpenStandardInput();
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CtlException(ExitCodes.NoInput, $"cannot read {file}: {error.Message}", error);
        }
    }

    /// <summary>All of it.</summary>
    /// <exception cref="CtlException">It cannot be read.</exception>
    public static async Task<byte[]> ReadAsync(string file, CancellationToken cancellationToken)
    {
        await using var input = Open(file);
        using var content = new MemoryStream();
        try
        {
            await input.CopyToAsync(content, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CtlException(ExitCodes.NoInput, $"cannot read {file}: {error.Message}", error);
        }

        return content.ToArray();
    }
}
